"""From the history to two revisions side by side, and back to an earlier one."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_update

SCRIPT = r"""#!/usr/bin/env bash
# Reports the disks of this machine that are nearly full.
set -euo pipefail

limit="${LIMIT_PERCENT:-90}"
format="${FORMAT:-text}"

say() {
    printf '%s\n' "$*"
}

report() {
    local used="$1" target="$2"
    if (( ${used%\%} >= limit )); then
        say "$target is at $used"
    fi
}

df --output=pcent,target --exclude-type=tmpfs | tail -n +2 |
while read -r used target; do
    report "$used" "$target"
done
"""
LATER = (
    SCRIPT.replace("90", "85")
    .replace('say "$target is at $used"', 'say "$HOSTNAME: $target is at $used"')
    .replace('    local used="$1" target="$2"\n', '    local used="$1"\n    local target="$2"\n\n')
    .replace("set -euo pipefail\n", "set -euo pipefail\n# safe \u202e\n")
)
VARIABLES: list[dict[str, Any]] = [
    {"name": "LIMIT_PERCENT", "label": "Limit", "type": "number", "default": "90", "required": True},
    {"name": "FORMAT", "label": "Format", "type": "string", "default": "text"},
]


def address(guid: str, rest: str = "change/#history") -> str:
    return f"/admin/assemblies/assembly/{guid}/{rest}"


def make_assembly(store: PayloadStore, domain: Domain = Domain.USER) -> str:
    """An assembly of three revisions."""
    olga, keeper = replace(Actor.of_command(""), name="olga"), Actor.of_command("keeper")
    attachment = Attachment(file_name="hosts.csv", mime_type="text/csv", data=b"host,owner\n", extra={})
    document = script("Report full disks", SCRIPT.encode(), summary="Names every disk over the limit.",
                      variables=VARIABLES, files=[attachment], tags=["disks"])  # fmt: skip
    guid = create(document, domain=domain, permit=may_create(keeper), store=store).guid
    flush()
    update(guid, {"display_name": "Report disks that are full", "tags": ["disks", "nightly"]}, payload=None,
           permit=may_update(olga), store=store)  # fmt: skip
    variables = [VARIABLES[0] | {"default": "85"}, {"name": "MAIL_TO", "type": "string"}]
    update(guid, {"variables": variables, "summary": "Names every disk over the limit,\nwith the host."},
           payload=LATER.encode(), permit=may_update(olga), store=store)  # fmt: skip
    return guid


def compared(page: Page, start: int, end: int) -> None:
    page.get_by_label(f"From revision {start}").check()
    page.get_by_label(f"To revision {end}").check()
    page.get_by_role("button", name="Compare").click()


@pytest.mark.parametrize(
    ("role", "domain", "dev_mode", "may_restore"),
    [
        ("operator", Domain.USER, False, True),
        ("viewer", Domain.USER, False, False),
        ("administrator", Domain.OFFICIAL, False, False),
        ("administrator", Domain.OFFICIAL, True, True),
    ],
)
def test_from_history_to_diff_to_restore(  # type: ignore[no-untyped-def]
    visit: Visit,
    library: PayloadStore,
    accessible,
    picture,
    role: str,
    domain: Domain,
    dev_mode: bool,
    may_restore: bool,
) -> None:
    guid = make_assembly(library, domain)
    page = visit(role, dev_mode=dev_mode)
    page.goto(address(guid))
    history = page.locator("#history")
    expect(history.get_by_role("row")).to_have_count(4)
    expect(history.get_by_role("button", name="Restore revision")).to_have_count(2 if may_restore else 0)
    accessible(page)
    picture(page, f"history-{role}{'-dev-mode' if dev_mode else ''}")

    compared(page, 1, 3)
    expect(page.get_by_role("heading", name="Variables")).to_be_visible()
    expect(page.locator("ins").filter(has_text="85").first).to_be_visible()
    expect(page.get_by_title("U+202E RIGHT-TO-LEFT OVERRIDE")).to_be_visible()
    accessible(page)
    picture(page, f"diff-{role}{'-dev-mode' if dev_mode else ''}")

    restore = page.get_by_role("button", name="Restore revision 1")
    if not may_restore:
        expect(restore).to_have_count(0)
        return
    restore.click()
    expect(page.get_by_text("Revision 1 is back, as revision 4.")).to_be_visible()
    row = Assembly.objects.get(guid=guid)
    assert (row.display_name, row.sequence) == ("Report full disks", 4)


def test_what_was_deleted_is_brought_back_from_its_history(visit: Visit, library: PayloadStore, picture) -> None:  # type: ignore[no-untyped-def]
    guid = make_assembly(library)
    delete(guid, permit=may_delete(Actor.of_command("keeper")))
    page = visit("operator")
    page.goto(address(guid))
    picture(page, "history-deleted")
    page.get_by_role("button", name="Restore revision 3").click()
    expect(page.get_by_text("Revision 3 is back, as revision 5.")).to_be_visible()
    assert Assembly.objects.live().filter(guid=guid).exists()


def test_folded_lines_open_with_the_keyboard(visit: Visit, library: PayloadStore) -> None:
    guid = make_assembly(library)
    page = visit("viewer")
    page.goto(address(guid, "diff/"))
    summary = page.locator(".fold summary").first
    hidden = page.locator(".fold details tr").first
    expect(hidden).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(hidden).to_be_visible()


@pytest.mark.parametrize(("phone", "dark"), [(True, False), (False, True), (True, True)])
def test_it_reads_well_on_a_phone_and_at_night(  # type: ignore[no-untyped-def]
    visit: Visit, library: PayloadStore, accessible, picture, phone: bool, dark: bool
) -> None:
    guid = make_assembly(library)
    page = visit("operator", phone=phone, dark=dark)
    look = f"{'phone' if phone else 'desk'}-{'dark' if dark else 'light'}"
    for rest, name in (("change/#history", "history"), ("diff/?from=1&to=3", "diff")):
        page.goto(address(guid, rest))
        expect(page.locator(".history-list" if name == "history" else ".comparison").first).to_be_visible()
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0
        accessible(page)
        picture(page, f"{name}-{look}")
    page.locator("#payload-title").scroll_into_view_if_needed()
    page.mouse.wheel(0, 500)
    picture(page, f"diff-script-{look}")
