"""Documents imported by hand: preview, picks, report, and who may."""

import io
import json
import zipfile
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assemblies.actions.update import update
from assemblies.admin.import_export import import_page
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import DevModeGrant
from tests.browser.conftest import Visit
from tests.browser.documents_sent import EXPORT, IMPORT, MINE, OFFICIAL, OLD, Accessible, Picture, stock_library
from tests.permits import may_update

NEW = "#!/bin/bash\nset -euo pipefail\ndf -h / /var\necho done\n"


def document(name: str, **fields: Any) -> bytes:
    entry = {"name": name, "type": "bash", "script": "echo hello\n", "script_encoding": "plain"}
    return json.dumps(entry | fields).encode()


def file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/json", "buffer": content}


def zipped(members: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def some_of_everything() -> list[Any]:
    members = {
        "scripts/restart.json": document("Restart the spooler", type="powershell"),
        "scripts/broken.json": b'{"name": "Broken",',
    }
    return [
        file("clean-up.json", document("Clean up logs", assembly_guid=MINE, script=NEW, description="Keeps a week.")),
        file("disk-usage.json", document("Disk usage", assembly_guid=OFFICIAL, script=NEW)),
        file("strange.json", document("Clean up logs", script="echo a\u200bb # \u202e\n")),
        file("more.zip", zipped(members)),
    ]


def pick_of(page: Page, place: str) -> Any:
    return page.locator("tr.preview-row", has_text=place).locator("select")


def preview(page: Page) -> None:
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#import-answer[aria-busy]")).to_have_count(0)
    expect(page.locator("#answer-title")).to_have_text("Preview")


def chosen_import(page: Page) -> Any:
    return page.get_by_role("button", name="Import the chosen documents")


def test_an_operator_imports_files_and_a_zip_as_previewed(
    visit: Visit,
    accessible: Accessible,
    picture: Picture,
    library: PayloadStore,
    operator: Actor,
    command: Actor,
) -> None:
    stock_library(library, operator, command)
    page = visit("operator")
    page.goto("/admin/")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Import", exact=True).click()
    expect(page.locator("h1", has_text="Import documents")).to_be_visible()
    accessible(page)
    picture(page, "import-empty")
    files = some_of_everything()
    page.locator("#files").set_input_files(files[:2])
    page.locator("#files").set_input_files(files[2:])
    expect(page.locator("#chosen-files li")).to_have_count(4)
    preview(page)
    expect(page.locator("tr.preview-row")).to_have_count(4)
    expect(page.locator(".unreadable tbody tr")).to_contain_text("more.zip › scripts/broken.json")
    owned = page.locator("tr.preview-row", has_text="disk-usage.json")
    expect(owned.locator(".badge")).to_have_text("Official")
    expect(owned.locator("option")).to_have_text(["Import as a new one (new GUID)", "Skip"])
    expect(page.locator("#chosen-count")).to_have_text("Chosen: 3 of 4")
    page.locator("details.compared > summary").first.click()
    expect(page.locator(".side-by-side").first).to_be_visible()
    accessible(page)
    picture(page, "import-preview")
    chosen_import(page).scroll_into_view_if_needed()
    picture(page, "import-preview-end")
    pick_of(page, "disk-usage.json").select_option("as_new")
    pick_of(page, "strange.json").select_option("skip")
    expect(page.locator("#chosen-count")).to_have_text("Chosen: 3 of 4")
    chosen_import(page).click()
    expect(page.locator("#answer-title")).to_have_text("Imported")
    expect(page.locator(".report .pill")).to_have_text(["Updated", "Created", "Skipped", "Created"])
    accessible(page)
    picture(page, "import-report")
    expect(page.locator("#chosen-files li")).to_have_count(0)
    found = {(row.domain, row.display_name, row.guid in (OFFICIAL, MINE)) for row in Assembly.objects.all()}
    assert found == {
        ("official", "Disk usage", True),
        ("user", "Disk usage", False),
        ("user", "Clean up logs", True),
        ("user", "Restart the spooler", False),
    }
    assert Assembly.objects.get(guid=OFFICIAL).search_text == OLD.decode()
    assert Assembly.objects.get(guid=MINE).search_text == NEW
    page.locator(".report a").first.click()
    expect(page.locator("h1, h2").filter(has_text="Clean up logs").first).to_be_visible()


def test_the_same_on_a_phone_and_in_the_dark(
    visit: Visit,
    accessible: Accessible,
    picture: Picture,
    library: PayloadStore,
    operator: Actor,
    command: Actor,
) -> None:
    stock_library(library, operator, command)
    page = visit("operator", phone=True, dark=True)
    page.goto(IMPORT)
    page.locator("#files").set_input_files(some_of_everything())
    preview(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("details.compared > summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    accessible(page)
    picture(page, "import-preview-phone-dark")
    page.goto(EXPORT)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    accessible(page)
    picture(page, "export-phone-dark")
    page.goto(f"/admin/assemblies/assembly/{MINE}/change/")
    page.locator("details.export-menu > summary").click()
    expect(page.get_by_role("link", name="Readable tree")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, "export-menu-phone-dark")


def test_all_rows_are_set_at_once(visit: Visit, library: PayloadStore, operator: Actor, command: Actor) -> None:
    stock_library(library, operator, command)
    page = visit("operator")
    page.goto(IMPORT)
    page.locator("#files").set_input_files(some_of_everything())
    preview(page)
    for word, counted in (("skip", 0), ("proposed", 3), ("import", 3), ("as_new", 4)):
        page.locator("#for-all").select_option(word)
        expect(page.locator("#chosen-count")).to_have_text(f"Chosen: {counted} of 4")
        assert chosen_import(page).is_enabled() == bool(counted)
    chosen_import(page).click()
    expect(page.locator(".report .outcome-created")).to_have_count(4)


def test_files_are_dropped_and_taken_away_again_and_text_is_pasted(visit: Visit, library: PayloadStore) -> None:
    page = visit("operator")
    page.goto(IMPORT)
    dropped = page.evaluate_handle(
        """(text) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], "dropped.json"));
            transfer.items.add(new File([text], "unwanted.json"));
            return transfer;
        }""",
        document("Dropped").decode(),
    )
    page.dispatch_event("#drop-zone", "drop", {"dataTransfer": dropped})
    expect(page.locator("#chosen-files bdi")).to_have_text(["dropped.json", "unwanted.json"])
    page.get_by_role("button", name="Do not send unwanted.json").click()
    page.get_by_text("Or paste a document").click()
    page.locator("#pasted").fill(document("Pasted").decode())
    preview(page)
    expect(page.locator("tr.preview-row .place")).to_have_text(["dropped.json", "Pasted text"])
    chosen_import(page).click()
    expect(page.locator(".report .outcome-created")).to_have_count(2)
    assert set(Assembly.objects.values_list("display_name", flat=True)) == {"Dropped", "Pasted"}


def test_a_library_that_changed_meanwhile_is_shown_again(
    visit: Visit, library: PayloadStore, operator: Actor, command: Actor
) -> None:
    stock_library(library, operator, command)
    page = visit("operator")
    page.watch.expect(409)  # type: ignore[attr-defined]
    page.goto(IMPORT)
    page.locator("#files").set_input_files(some_of_everything()[:1])
    preview(page)
    update(MINE, {"summary": "By somebody else"}, permit=may_update(operator), store=library)
    chosen_import(page).click()
    expect(page.locator("#import-answer").get_by_role("alert")).to_contain_text("nothing was imported")
    assert Assembly.objects.get(guid=MINE).summary == "By somebody else"
    chosen_import(page).click()
    expect(page.locator(".report .outcome-updated")).to_have_count(1)


def test_what_cannot_be_sent_is_said_and_nothing_is_lost(
    visit: Visit, library: PayloadStore, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit("operator")
    page.watch.expect(429)  # type: ignore[attr-defined]
    monkeypatch.setattr(import_page, "MAX_UNPACKED_BYTES", 2000)
    page.goto(IMPORT)
    button = page.get_by_role("button", name="Preview")
    button.click()
    expect(page.locator("#import-answer").get_by_role("alert")).to_contain_text("Choose a file")
    page.locator("#files").set_input_files([file("large.json", b"x" * 3000)])
    button.click()
    expect(page.locator("#import-answer").get_by_role("alert")).to_contain_text("too much at once")
    page.locator("#files").set_input_files([file(f"{n}.json", b"{}") for n in range(101)])
    button.click()
    expect(page.locator("#import-answer").get_by_role("alert")).to_contain_text("more than 100 files")
    page.get_by_role("button", name="Do not send large.json").click()
    expect(page.locator("#import-answer").get_by_role("alert")).to_have_count(0)


def test_a_user_who_was_signed_out_keeps_what_they_chose(visit: Visit, library: PayloadStore) -> None:
    page = visit("operator")
    page.goto(IMPORT)
    page.locator("#files").set_input_files([file("a.json", document("A"))])
    page.context.clear_cookies()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#import-answer").get_by_role("alert")).to_contain_text("You are signed out")
    expect(page.locator("#chosen-files li")).to_have_count(1)


def test_an_administrator_in_dev_mode_imports_into_community(
    visit: Visit, accessible: Accessible, library: PayloadStore
) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto(IMPORT)
    page.get_by_label("Into").select_option("community")
    page.locator("#files").set_input_files([file("a.json", document("Shared"))])
    preview(page)
    accessible(page)
    expect(page.locator("#import-answer")).to_contain_text("Into Community, all of them or none.")
    chosen_import(page).click()
    expect(page.locator(".report .outcome-created")).to_have_count(1)
    assert Assembly.objects.get().domain == "community"


def test_without_dev_mode_the_way_there_is_shown_and_no_picker(visit: Visit, library: PayloadStore) -> None:
    page = visit("administrator")
    page.goto(IMPORT)
    expect(page.get_by_label("Into")).to_have_count(0)
    expect(page.locator("#content").get_by_role("link", name="enter Dev Mode")).to_be_visible()


def test_dev_mode_that_ended_is_said_and_nothing_is_lost(visit: Visit, library: PayloadStore) -> None:
    page = visit("administrator", dev_mode=True)
    page.watch.expect(403)  # type: ignore[attr-defined]
    page.goto(IMPORT)
    page.get_by_label("Into").select_option("community")
    page.locator("#files").set_input_files([file("a.json", document("Shared"))])
    DevModeGrant.objects.all().delete()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#import-answer").get_by_role("alert")).to_contain_text("Enable Dev Mode")
    expect(page.locator("#chosen-files li")).to_have_count(1)
    assert not Assembly.objects.exists()
