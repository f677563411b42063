"""What once went wrong in a browser and must not again: typed text that got lost, refusals without a way on."""

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import Settings

from assemblies.domains import Domain
from assemblies.models import Assembly, AssemblyAlias, AssemblyNote, AssemblySetting
from assemblies.payloads import PayloadStore
from devmode.models import ApiToken
from tests.browser.conftest import Visit
from tests.browser.item_pages import address, make_assembly, open_editor, open_tab, stored, stored_text, type_at_end
from tests.browser.people import PASSWORD
from tests.browser.toured import stock_tour

# What is wider than its place, so that somebody has to move it sideways.
SIDEWAYS = """() => [...document.querySelectorAll(".table-wrap, .results, html")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => `${one.className || one.tagName} ${one.scrollWidth}`)"""
LISTS = (
    "/admin/assemblies/journalentry/", "/admin/devmode/auditentry/", "/admin/runs/", "/admin/runs/queue/",
    "/admin/schedules/", "/admin/devices/", "/admin/queue/", "/admin/health/", "/admin/assemblies/syncrecord/",
    "/admin/auth/user/", "/admin/assemblies/assemblysetting/", "/admin/persistence/", "/account/access",
)  # fmt: skip


def said(page: Page, words: str) -> None:
    expect(page.locator(".messagelist")).to_contain_text(words)


def test_a_copy_has_what_is_on_the_screen(visit: Visit, library: PayloadStore) -> None:
    guid = make_assembly("echo one\n")
    page = visit("operator")
    open_editor(page, guid)
    type_at_end(page, "echo typed\n")
    page.locator(".item-head").get_by_role("button", name="Save as my copy").click()
    said(page, "This is your copy.")
    copy = page.url.split("/assembly/")[1].split("/")[0]
    assert copy != guid
    assert stored_text(copy) == "echo one\necho typed\n"
    assert stored_text(guid) == "echo one\n"


def test_a_conflict_with_oneself_is_called_so(visit: Visit, library: PayloadStore) -> None:
    guid = make_assembly("echo one\n")
    page = visit("operator")
    page.watch.expect(409)  # type: ignore[attr-defined]
    open_editor(page, guid)
    other = page.context.new_page()
    other.goto(address(guid))
    other.get_by_role("textbox", name="Summary").fill("Elsewhere.")
    other.get_by_role("button", name="Save", exact=True).click()
    said(other, "Saved")
    page.get_by_role("tab", name="Summary").click()
    page.get_by_role("textbox", name="Summary").fill("Here.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#conflict")).to_contain_text("You saved this assembly elsewhere")
    expect(page.get_by_text("Somebody else saved")).to_have_count(0)


def test_a_document_that_is_refused_stays_in_its_field_and_the_preview_shows_what_is_stored(
    visit: Visit, library: PayloadStore
) -> None:
    guid = make_assembly()
    page = visit("operator")
    page.watch.expect(422)  # type: ignore[attr-defined]
    open_tab(page, guid, "raw")
    page.get_by_text("Edit as JSON").click()
    field = page.get_by_label("Document", exact=True)
    field.fill(field.input_value().replace('"type": "bash"', '"type": "cobol"'))
    page.get_by_role("button", name="Save this document").click()
    assert "cobol" in page.get_by_label("Document", exact=True).input_value()
    assert "cobol" not in page.locator("#raw-document").inner_text()
    assert stored(guid).revision == 1


def test_a_previewed_document_opens_in_the_editor_and_nothing_is_stored(
    visit: Visit, library: PayloadStore, tmp_path: Path
) -> None:
    script = {"name": "Say hello", "type": "bash", "script": "echo hello\n", "script_encoding": "plain"}
    (tmp_path / "hello.json").write_text(json.dumps(script))
    page = visit("operator")
    page.goto("/admin/assemblies/assembly/import/")
    page.locator("#files").set_input_files(tmp_path / "hello.json")
    with page.context.expect_page() as opening:
        page.get_by_role("button", name="Open Say hello in the editor, in a new tab").click()
    expect(opening.value.get_by_role("textbox", name="Name", exact=True)).to_have_value("Say hello")
    assert Assembly.objects.count() == 0


def test_what_is_not_there_is_said_in_the_frame_and_with_a_way_on(visit: Visit) -> None:
    page = visit("viewer")
    page.watch.expect(404, 403)  # type: ignore[attr-defined]
    for path in ("/admin/nowhere/", "/admin/assemblies/assembly/00000000-0000-4000-8000-000000000000/change/"):
        page.goto(path)
        expect(page.get_by_text("There is nothing at this address.")).to_be_visible()
    page.goto("/admin/health/")
    expect(page.locator("#nav-sidebar")).to_be_visible()
    expect(page.get_by_text("Nothing was changed")).to_have_count(0)
    page.get_by_role("link", name="To the library").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()


def test_a_page_that_was_open_too_long_keeps_what_was_typed(visit: Visit, library: PayloadStore) -> None:
    guid = make_assembly()
    page = visit("operator")
    page.watch.expect(403)  # type: ignore[attr-defined]
    page.goto(address(guid))
    page.get_by_role("textbox", name="Summary").fill("Typed for an hour.")
    page.evaluate("document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach((one) => { one.value = 'old'; })")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("kept as a draft in this browser")).to_be_visible()
    page.goto("/admin/queue/")
    page.goto(address(guid))
    page.get_by_role("button", name="Restore the draft").click()
    expect(page.get_by_role("textbox", name="Summary")).to_have_value("Typed for an hour.")


def test_notes_settings_and_aliases_are_made_on_pages(visit: Visit, library: PayloadStore) -> None:
    guid = make_assembly()
    page = visit("operator")
    page.goto(address(guid))
    page.locator("summary").filter(has_text="Notes").click()
    page.get_by_placeholder("What should others know?").fill("Ask olga first.")
    page.get_by_role("button", name="Add a note").click()
    expect(page.get_by_text("Ask olga first.")).to_be_visible()
    page.goto(f"/admin/assemblies/assemblysetting/add/?assembly={guid}")
    page.get_by_role("combobox", name="What").select_option("deprecated")
    page.get_by_role("textbox", name="Value").fill("There is a better one.")
    page.get_by_role("textbox", name="Key").fill("reason")
    page.get_by_role("button", name="Add", exact=True).click()
    page.goto(f"/admin/assemblies/assemblyalias/add/?assembly={guid}")
    page.get_by_role("textbox", name="Alias").fill("hello-old")
    page.get_by_role("button", name="Add", exact=True).click()
    assert AssemblyNote.objects.count() == 1
    assert AssemblySetting.objects.filter(category="deprecated").count() == 1
    assert AssemblyAlias.objects.filter(alias="hello-old").exists()


def test_an_own_token_is_made_on_a_page_and_shown_once(visit: Visit) -> None:
    page = visit("viewer")
    page.goto("/account/access")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make a token").click()
    expect(page.locator("#new-token")).to_be_visible()
    assert ApiToken.objects.count() == 1
    page.goto("/account/access")
    expect(page.locator("#new-token")).to_have_count(0)


def test_sessions_say_their_browser_and_place(visit: Visit) -> None:
    page = visit()
    User.objects.create_user("vera", password=PASSWORD)
    page.goto("/admin/login/")
    page.get_by_label("Username").fill("vera")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.goto("/account/access")
    line = page.get_by_role("row").filter(has_text="This one")
    expect(line).to_contain_text("Chrome, Linux")
    expect(line).to_contain_text("127.0.0.1")


def test_a_viewer_is_not_told_to_save_a_copy(visit: Visit, library: PayloadStore) -> None:
    guid = make_assembly(domain=Domain.OFFICIAL)
    page = visit("viewer")
    page.goto(address(guid))
    expect(page.get_by_text("Read-only.")).to_be_visible()
    expect(page.get_by_text("Save as my copy")).to_have_count(0)


def test_revisions_are_counted_by_assembly_with_the_journals_number_as_a_detail(
    visit: Visit, library: PayloadStore
) -> None:
    make_assembly("echo other\n")
    guid = make_assembly("echo one\n")
    page = visit("operator")
    page.goto(address(guid))
    expect(page.locator(".item-facts")).to_contain_text("1 of 1")
    expect(page.locator(".item-facts")).to_contain_text("No. 2")


@pytest.mark.parametrize("phone", [False, True])
def test_no_list_has_to_be_moved_sideways(visit: Visit, library: PayloadStore, settings: Settings, phone: bool) -> None:
    settings.LOCAL_WORKER = "on"
    stock_tour(library)
    page = visit("superuser", phone=phone)
    for path in LISTS:
        page.goto(path)
        assert page.evaluate(SIDEWAYS) == [], path
