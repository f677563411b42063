"""Drafts in the browser: what is kept, for whom, and when it comes back."""

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from assemblies.actions.update import update
from assemblies.conf import payload_store
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.browser.drafts import asked, draft_of, drafts, drafts_after_pause, kept, save
from tests.browser.item_pages import address, make_assembly, open_editor, open_tab, stored, stored_text, type_at_end
from tests.browser.watched import Watch
from tests.permits import may_update

FOUND = "You have a draft of"


def test_a_draft_comes_back_after_the_tab_was_closed(visit: Visit, accessible: Any, picture: Any) -> None:
    guid = make_assembly("echo hello\n")
    first = visit("operator")
    open_editor(first, guid)
    type_at_end(first, "echo typed\n")
    first.locator("[name=summary]").evaluate("field => { field.value = 'Typed, too.' }")
    first.locator("[name=summary]").dispatch_event("input")
    kept(first)
    close(first)
    page = another_tab(first.context, first)
    open_editor(page, guid)
    notice = page.locator("#draft-notice")
    expect(notice).to_contain_text(FOUND)
    expect(notice.locator("[data-draft=moved]")).to_be_hidden()
    accessible(page)
    picture(page, "draft-found")
    notice.get_by_role("button", name="Restore").click()
    expect(notice).to_be_hidden()
    expect(page.locator(".ace_content")).to_contain_text("echo typed")
    assert page.locator("[name=summary]").input_value() == "Typed, too."
    save(page)
    assert stored_text(guid) == "echo hello\necho typed\n"
    assert stored(guid).content.summary == "Typed, too."
    assert drafts(page) == []
    page.reload()
    expect(page.locator("#draft-notice")).to_be_hidden()


def test_a_draft_that_is_discarded_is_gone(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    draft_of(page, guid, "echo typed\n")
    page.reload()
    page.locator("#draft-notice").get_by_role("button", name="Discard").click()
    assert drafts(page) == []
    page.reload()
    expect(page.locator("#draft-notice")).to_be_hidden()


def test_a_draft_upon_an_older_revision_says_so_and_meets_the_newer_one(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    draft_of(page, guid, "echo typed\n")
    update(guid, {}, payload=b"echo theirs\n", permit=may_update(Actor.of_command("tests")), store=payload_store())
    page.reload()
    notice = page.locator("#draft-notice")
    expect(notice).to_contain_text("begun at revision 1, it is now at 2")
    notice.get_by_role("button", name="Restore").click()
    page.watch.expect(409)  # type: ignore[attr-defined]
    save(page)
    assert stored_text(guid) == "echo theirs\n"
    expect(page.locator("body")).to_contain_text("echo theirs")
    assert "echo typed" in page.locator("textarea[name=payload]").input_value()


def test_typing_on_does_not_write_over_a_draft_that_was_found(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    draft_of(page, guid, "echo first\n")
    page.reload()
    expect(page.locator("#script-editor[data-ready]")).to_be_visible()
    expect(page.locator("#draft-notice")).to_be_visible()
    type_at_end(page, "echo second\n")
    kept(page)
    page.locator("#draft-notice").get_by_role("button", name="Restore").click()
    expect(page.locator(".ace_content")).to_contain_text("echo first")
    expect(page.locator("#draft-notice")).to_be_visible()
    page.locator("#draft-notice").get_by_role("button", name="Restore").click()
    expect(page.locator(".ace_content")).to_contain_text("echo second")


def test_a_document_typed_as_json_comes_back(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    page.watch.expect(422)  # type: ignore[attr-defined]
    open_tab(page, guid, "raw")
    page.locator(".raw-edit summary").click()
    page.locator("#raw-text").fill("{")
    assert len(drafts_after_pause(page)) == 1
    asked(page)
    page.goto("/admin/")
    page.goto(address(guid))
    page.locator("#raw-draft-notice").get_by_role("button", name="Restore").click()
    page.get_by_role("tab", name="Raw").click()
    assert page.locator("#raw-text").input_value() == "{"
    page.get_by_role("button", name="Save this document").click()
    expect(page.locator("#refused")).to_contain_text("not valid JSON")
    assert page.locator("#raw-text").input_value() == "{"
    assert '"type": "bash"' in page.locator("#raw-document").inner_text()


def test_drafts_end_at_log_out(visit: Visit) -> None:
    page = visit("operator")
    draft_of(page, make_assembly("echo hello\n"), "echo secret\n")
    page.goto("/admin/")
    assert len(drafts(page)) == 1
    page.evaluate("localStorage.setItem('borealis-draft:somebody:x', '{}')")
    page.locator(".account-menu summary").click()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_load_state()
    assert drafts(page) == ["borealis-draft:somebody:x"]


def test_a_draft_of_one_person_is_not_offered_to_another(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    draft_of(page, guid, "echo olga's\n")
    page.goto("/admin/")
    page.evaluate(
        "for (const key of Object.keys(localStorage)) {"
        "localStorage.setItem(key.replace('olga', 'ada'), localStorage[key]); localStorage.removeItem(key); }"
    )
    open_editor(page, guid)
    page.wait_for_timeout(300)
    expect(page.locator("#draft-notice")).to_be_hidden()


def test_a_browser_without_room_says_so(visit: Visit) -> None:
    page = visit("operator")
    open_editor(page, make_assembly("echo hello\n"))
    page.evaluate("try { localStorage.setItem('full', 'x'.repeat(5 * 1024 * 1024 - 200)) } catch (error) {}")
    page.evaluate(
        "try { for (;;) localStorage.setItem('more', (localStorage.more ?? '') + 'xxxxxxxx') } catch (error) {}"
    )
    type_at_end(page, "y" * 5000)
    expect(page.locator("#draft-notice-room")).to_be_visible()
    asked(page)


def test_a_new_assembly_has_a_draft_too(visit: Visit) -> None:
    page = visit("operator")
    page.goto("/admin/assemblies/assembly/add/?kind=script#script")
    expect(page.locator("#script-editor[data-ready]")).to_be_visible()
    type_at_end(page, "Write-Host new\n")
    kept(page)
    assert drafts(page) == ["borealis-draft:olga:new:script"]
    asked(page)
    page.reload()
    page.locator("#draft-notice").get_by_role("button", name="Restore").click()
    page.locator("[name=display_name]").evaluate("field => { field.value = 'Brand new' }")
    save(page)
    assert drafts(page) == []
    expect(page.locator("body")).to_contain_text("Brand new")


def test_rows_of_variables_come_back_and_secrets_are_not_kept(visit: Visit) -> None:
    guid = make_assembly(variables=[{"name": "password", "type": "credential", "default": "s3cret"}])
    page = visit("operator")
    asked(page)
    open_tab(page, guid, "variables")
    page.locator("[name=variables-0-default]").fill("another s3cret")
    for name in ("folder", "days"):
        page.get_by_role("button", name="Add a variable").click()
        page.keyboard.insert_text(name)
    kept(page)
    assert "s3cret" not in page.evaluate("JSON.stringify(localStorage)")
    page.reload()
    page.locator("#draft-notice").get_by_role("button", name="Restore").click()
    expect(page.locator("[name=variables-2-name]")).to_have_value("days")
    expect(page.locator("[name=variables-0-default]")).to_have_value("s3cret")
    save(page)
    assert [one["name"] for one in stored(guid).content.variables] == ["password", "folder", "days"]
    assert stored(guid).content.variables[0]["default"] == "s3cret"


def close(page: Page) -> None:
    page.close()


def another_tab(context: BrowserContext, before: Page) -> Page:
    page = context.new_page()
    page.watch = Watch(page, before.watch.host)  # type: ignore[attr-defined]
    return page
