"""The page of one assembly in a real browser, for each role: what it looks like, and that everyone can use it."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assemblies.documents import Attachment
from assemblies.domains import Domain
from tests.browser.conftest import Visit
from tests.browser.item_pages import address, make_assembly

TABS = ("Summary", "Script", "Variables", "Files", "History", "Raw")
Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
WHAT_TO_DO = ["compress", "delete"]
VARIABLES = [
    {"name": "LOG_DIRECTORY", "label": "Directory", "type": "string", "default": "/var/log", "required": True},
    {"name": "IDLE_DAYS", "label": "Idle for (days)", "type": "number", "default": "30", "description": "At least 1."},
    {"name": "ACTION", "label": "Action", "type": "select", "default": "compress", "options": WHAT_TO_DO},
    {"name": "TOKEN", "label": "Token", "type": "credential", "default": "s3cret"},
]


def made(domain: Domain = Domain.USER) -> str:
    return make_assembly(
        '#!/usr/bin/env bash\nset -eu\necho "$LOG_DIRECTORY"\n',
        domain,
        name="Compress old logs",
        summary="Compresses or deletes log files that nobody has written to for a while.",
        variables=VARIABLES,
        files=[Attachment(file_name="list.csv", mime_type="text/csv", data=b"a,b\n", extra={})],
        tags=["linux", "logs", "cleanup"],
        metadata={"reviewed": True},
    )


@pytest.mark.parametrize(
    ("role", "dev_mode", "writes", "copies"),
    [
        ("viewer", False, False, False),
        ("operator", False, False, True),
        ("administrator", False, False, True),
        ("administrator", True, True, True),
        ("superuser", True, True, True),
    ],
)
def test_each_role_finds_its_own_controls(
    visit: Visit, accessible: Check, picture: Picture, role: str, dev_mode: bool, writes: bool, copies: bool
) -> None:
    guid = made(Domain.OFFICIAL)
    page = visit(role, dev_mode=dev_mode)
    page.goto(address(guid))
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(int(writes))
    expect(page.get_by_text("Save as my copy", exact=True).first).to_be_visible(visible=copies)
    expect(page.locator("#read-only-banner")).to_have_count(int(not writes))
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        accessible(page)
        picture(page, f"item-{role}{'-dev' if dev_mode else ''}-{tab.lower()}")


@pytest.mark.parametrize(("phone", "dark"), [(True, False), (True, True), (False, True)])
def test_it_fits_a_phone_and_the_dark(
    visit: Visit, accessible: Check, picture: Picture, phone: bool, dark: bool
) -> None:
    guid = made()
    page = visit("operator", phone=phone, dark=dark)
    page.goto(address(guid))
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1]
        accessible(page)
        picture(page, f"item-{'phone' if phone else 'desk'}-{'dark' if dark else 'light'}-{tab.lower()}")


def test_tabs_are_kept_in_the_address_and_answer_to_the_keyboard(visit: Visit) -> None:
    guid = made()
    page = visit("viewer")
    page.goto(address(guid, "variables"))
    expect(page.locator("#variables")).to_be_visible()
    expect(page.locator("#summary")).to_be_hidden()
    page.get_by_role("tab", name="Variables").press("ArrowRight")
    expect(page.get_by_role("tab", name="Files")).to_be_focused()
    assert page.url.endswith("#files")
    page.keyboard.press("End")
    expect(page.locator("#raw")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#script")).to_be_visible()
    page.reload()
    expect(page.get_by_role("tab", name="Script")).to_have_attribute("aria-selected", "true")


def test_a_viewer_reads_why_and_an_administrator_finds_two_ways_on(visit: Visit) -> None:
    guid = made(Domain.OFFICIAL)
    page = visit("viewer")
    page.goto(address(guid))
    expect(page.locator("#read-only-banner")).to_contain_text("This assembly is official")
    expect(page.locator("#read-only-banner a")).to_have_count(0)
    page = visit("administrator")
    page.goto(address(guid))
    banner = page.locator("#read-only-banner")
    expect(banner.get_by_role("link", name="Save as my copy")).to_be_visible()
    banner.get_by_role("link", name="Enter Dev Mode").click()
    expect(page).to_have_url(re.compile(f"/dev-mode/.*{guid}"))


def test_the_star_of_a_favourite_stays(visit: Visit) -> None:
    guid = made(Domain.OFFICIAL)
    page = visit("viewer")
    page.goto(address(guid))
    star = page.get_by_role("button", name="Favourite")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(star).to_have_attribute("aria-pressed", "true")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "false")


def test_a_workflow_shows_its_picture_above_its_graph(visit: Visit, accessible: Check, picture: Picture) -> None:
    nodes = [{"id": name, "data": {"label": f"Step {name}"}, "position": {"x": 0, "y": 0}} for name in "ab"]
    graph = {"nodes": nodes, "edges": [{"id": "e", "source": "a", "target": "b"}]}
    guid = make_assembly(json.dumps(graph), type_name="workflow", name="Two steps")
    page = visit("operator")
    page.goto(address(guid, "script"))
    expect(page.locator("svg.workflow-picture")).to_be_visible()
    expect(page.locator("#script-editor[data-ready]")).to_contain_text("Step a")
    accessible(page)
    picture(page, "item-workflow")


def test_a_hostile_assembly_is_only_text(visit: Visit) -> None:
    hostile = '</script><script>document.title="taken"</script>\u202e"><img src=/x onerror=alert(1)>'
    guid = make_assembly(
        f"echo '{hostile}'\n" + "x" * 300_000,
        name=hostile,
        summary=hostile,
        category=hostile[:64],
        tags=[hostile[:64]],
        metadata={hostile: hostile},
        variables=[{"name": hostile, "label": hostile, "default": hostile, "options": [hostile]}],
    )
    for role in ("viewer", "operator"):
        page = visit(role)
        page.goto(address(guid))
        for tab in TABS:
            page.get_by_role("tab", name=tab).click()
            width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert width[0] <= width[1], tab
        assert page.title() != "taken"
