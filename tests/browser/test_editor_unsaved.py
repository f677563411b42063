"""The editor says what is unsaved, warns before it is lost, and ends a draft with its save."""

from playwright.sync_api import expect

from assemblies.actions.update import update
from assemblies.conf import payload_store
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.browser.drafts import asked, draft_of, drafts, drafts_after_pause, save
from tests.browser.item_pages import make_assembly, open_editor, open_tab, stored_text, type_at_end
from tests.permits import may_update


def test_the_page_says_what_is_unsaved_and_warns(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    open_editor(page, guid)
    mark = page.locator("[data-unsaved-mark]").first
    expect(mark).to_be_hidden()
    type_at_end(page, "x")
    expect(mark).to_be_visible()
    assert page.title().startswith("●")
    page.keyboard.press("Escape")
    assert page.locator("textarea[name=payload]").input_value() == "echo hello\nx"
    questions = asked(page, leave=False)
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert questions == ["beforeunload"]
    page.locator(".ace_text-input").focus()
    page.keyboard.press("Backspace")
    expect(mark).to_be_hidden()
    assert not page.title().startswith("●")
    assert drafts_after_pause(page) == []


def test_leaving_a_page_without_changes_asks_nothing(visit: Visit) -> None:
    page = visit("operator")
    open_editor(page, make_assembly("echo hello\n"))
    questions = asked(page)
    page.goto("/admin/")
    assert page.url.endswith("/admin/")
    assert questions == []


def test_a_document_typed_as_json_is_warned_about_too(visit: Visit) -> None:
    page = visit("operator")
    open_tab(page, make_assembly("echo hello\n"), "raw")
    page.locator(".raw-edit summary").click()
    page.locator("#raw-text").fill("{}")
    questions = asked(page)
    page.goto("/admin/")
    assert questions == ["beforeunload"]


def test_a_save_and_close_ends_the_draft(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    draft_of(page, guid, "echo typed\n")
    with page.expect_navigation():
        page.locator(".more-menu > summary").click()
        page.get_by_role("button", name="Save and close").click()
    assert stored_text(guid) == "echo hello\necho typed\n"
    assert drafts(page) == []


def test_a_refused_save_keeps_the_draft_and_the_mark(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    draft_of(page, guid, "echo typed\n")
    page.locator("[name=timeout_seconds]").evaluate("field => { field.value = 'soon' }")
    page.watch.expect(422)  # type: ignore[attr-defined]
    save(page)
    assert len(drafts(page)) == 1
    expect(page.locator("[data-unsaved-mark]").first).to_be_visible()
    expect(page.locator("#draft-notice")).to_be_hidden()


def test_taking_theirs_asks_nothing_and_ends_the_draft(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    open_editor(page, guid)
    type_at_end(page, "echo typed\n")
    update(guid, {}, payload=b"echo theirs\n", permit=may_update(Actor.of_command("tests")), store=payload_store())
    page.watch.expect(409)  # type: ignore[attr-defined]
    save(page)
    questions = asked(page)
    page.get_by_role("link", name="Take theirs").click()
    expect(page.locator("#conflict")).to_have_count(0)
    expect(page.locator("#draft-notice")).to_be_hidden()
    assert (drafts(page), questions) == ([], [])
