"""Editing an assembly in a real browser: save and stay, variables, a conflict between two, copy, delete, restore."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assemblies.documents import Attachment
from assemblies.domains import Domain
from tests.browser.conftest import Visit
from tests.browser.item_pages import address, make_assembly, open_editor, open_tab, stored, stored_text, type_at_end

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def said(page: Page, words: str) -> None:
    expect(page.locator(".messagelist")).to_contain_text(words)


def test_save_and_stay_on_the_same_tab(visit: Visit, accessible: Check) -> None:
    guid = make_assembly("echo one\r\necho two\r\n")
    page = visit("operator")
    open_editor(page, guid)
    type_at_end(page, "echo three\n")
    save(page)
    said(page, "Saved as revision 2")
    expect(page.locator("#script")).to_be_visible()
    assert stored_text(guid) == "echo one\r\necho two\r\necho three\r\n"
    accessible(page)
    save(page)
    said(page, "Nothing was changed")
    assert stored(guid).revision == 2


def test_the_summary_is_changed_with_chips_and_sites(visit: Visit) -> None:
    guid = make_assembly(tags=["linux", "logs"])
    page = visit("operator")
    page.goto(address(guid))
    page.get_by_label("Name", exact=True).fill("Renamed")
    page.get_by_role("textbox", name="Add a tag").fill("disk, backup")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove logs").click()
    expect(page.get_by_label("Names of sites")).to_be_hidden()
    page.get_by_label("Only these sites").check()
    page.get_by_label("Names of sites").fill("Berlin\nOslo")
    save(page)
    said(page, "Saved")
    content = stored(guid).content
    assert (content.display_name, content.tags) == ("Renamed", ["linux", "disk", "backup"])
    assert content.sites == {"mode": "specific", "values": ["Berlin", "Oslo"]}


def test_variables_are_added_moved_required_and_removed(visit: Visit, accessible: Check, picture: Picture) -> None:
    guid = make_assembly(variables=[{"name": "one", "order": 1, "unit": "s"}, {"name": "two", "order": 2}])
    page = visit("operator")
    open_tab(page, guid, "variables")
    page.get_by_role("button", name="Add a variable").click()
    row = page.locator(".variable-row").nth(2)
    expect(row.get_by_label("Name")).to_be_focused()
    page.keyboard.type("who")
    expect(row.locator("[data-reference]")).to_have_text("$who")
    row.get_by_label("Required").check()
    row.get_by_label("Type").select_option("select")
    row.get_by_label("Choices").fill("you\nme")
    row.get_by_label("Type").select_option("credential")
    expect(row.get_by_label("Default")).to_have_attribute("type", "password")
    row.get_by_role("button", name="Move up").click()
    page.locator(".variable-row").nth(0).get_by_label("Name").press("Alt+ArrowDown")
    page.locator(".variable-row").nth(2).get_by_label("Remove").check()
    accessible(page)
    picture(page, "item-variables-edited")
    save(page)
    said(page, "Saved")
    found = stored(guid).content.variables
    assert [(one["name"], one["order"]) for one in found] == [("who", 1), ("one", 2)]
    assert (found[0]["required"], found[0]["options"], found[1]["unit"]) == (True, ["you", "me"], "s")


def test_the_way_to_refer_follows_the_language(visit: Visit) -> None:
    guid = make_assembly(variables=[{"name": "who"}])
    page = visit("operator")
    page.goto(address(guid))
    for language, words in (("powershell", "$env:who"), ("batch", "%who%"), ("python", 'os.environ["who"]')):
        page.get_by_role("tab", name="Summary").click()
        page.locator("#summary").get_by_label("Type", exact=True).select_option(language)
        page.get_by_role("tab", name="Variables").click()
        expect(page.locator("[data-reference]").first).to_have_text(words)
    page.once("dialog", lambda dialog: dialog.accept())


def test_a_mistake_opens_its_tab_and_keeps_what_was_typed(visit: Visit, picture: Picture) -> None:
    guid = make_assembly(variables=[{"name": "one"}, {"name": "two"}])
    page = visit("operator")
    page.watch.expect(422)  # type: ignore[attr-defined]
    page.goto(address(guid))
    page.get_by_role("textbox", name="Summary").fill("Typed for an hour.")
    page.get_by_role("tab", name="Variables").click()
    page.locator(".variable-row").nth(1).get_by_label("Name").fill("one")
    page.get_by_role("tab", name="Summary").click()
    save(page)
    expect(page.locator("#refused")).to_contain_text("Nothing was saved yet")
    expect(page.locator("#variables")).to_contain_text("Another variable has this name")
    expect(page.locator("#variables")).to_be_visible()
    picture(page, "item-mistake")
    page.locator(".variable-row").nth(1).get_by_label("Name").fill("three")
    save(page)
    said(page, "Saved")
    assert stored(guid).content.summary == "Typed for an hour."


def test_two_browsers_meet_and_nothing_is_lost(visit: Visit, accessible: Check, picture: Picture) -> None:
    guid = make_assembly("echo one\necho two\n")
    one, two = visit("operator"), visit("superuser")
    two.watch.expect(409)  # type: ignore[attr-defined]
    for page in (one, two):
        open_editor(page, guid)
    type_at_end(one, "echo theirs\n")
    one.get_by_role("tab", name="Summary").click()
    one.get_by_label("Category").fill("tools")
    save(one)
    said(one, "Saved")
    type_at_end(two, "echo mine\n")
    two.get_by_role("tab", name="Summary").click()
    two.get_by_role("textbox", name="Summary").fill("Mine.")
    save(two)
    conflict = two.locator("#conflict")
    expect(conflict).to_contain_text("olga saved revision 2")
    expect(conflict.locator(".side-by-side")).to_contain_text("echo theirs")
    expect(conflict.locator(".side-by-side")).to_contain_text("echo mine")
    accessible(two)
    picture(two, "item-conflict")
    two.get_by_label("At line 3 of yours, save").select_option("both, theirs first")
    two.get_by_role("button", name="Save both together").click()
    said(two, "Saved as revision 3")
    assert stored_text(guid) == "echo one\necho two\necho theirs\necho mine\n"
    assert (stored(guid).content.summary, stored(guid).content.category) == ("Mine.", "tools")


def test_theirs_can_be_kept(visit: Visit) -> None:
    guid = make_assembly("echo one\n")
    one, two = visit("operator"), visit("superuser")
    two.watch.expect(409)  # type: ignore[attr-defined]
    for page in (one, two):
        page.goto(address(guid))
        page.get_by_role("textbox", name="Summary").fill("Of one." if page is one else "Of two.")
    save(one)
    said(one, "Saved")
    save(two)
    two.get_by_label("Keep theirs").check()
    two.get_by_role("button", name="Save mine over theirs").click()
    said(two, "Nothing was changed")
    assert stored(guid).content.summary == "Of one."


def test_a_new_script_is_made(visit: Visit, accessible: Check, picture: Picture) -> None:
    page = visit("operator")
    page.goto("/admin/assemblies/assembly/add/")
    accessible(page)
    picture(page, "item-new-kinds")
    page.get_by_role("link", name="Script").click()
    page.get_by_label("Name", exact=True).fill("My script")
    page.get_by_label("Type", exact=True).first.select_option("bash")
    page.get_by_role("tab", name="Script").click()
    expect(page.locator("#script-editor[data-ready]")).to_be_visible()
    type_at_end(page, "echo new\n")
    accessible(page)
    picture(page, "item-new")
    page.get_by_role("button", name="Create").click()
    said(page, "Created.")
    guid = page.url.split("/")[-3]
    assert stored_text(guid) == "echo new\n"
    assert stored(guid).domain == "user"


def test_a_copy_is_made_of_what_is_read_only(visit: Visit, accessible: Check, picture: Picture) -> None:
    guid = make_assembly(domain=Domain.OFFICIAL, files=[Attachment("a.txt", "text/plain", b"a")])
    page = visit("operator")
    page.goto(address(guid))
    page.locator("#read-only-banner").get_by_role("link", name="Save as my copy").click()
    expect(page.get_by_label("Name of the copy")).to_have_value("Say hello (copy)")
    accessible(page)
    picture(page, "item-copy")
    page.get_by_role("button", name="Save as my copy").click()
    said(page, "This is your copy.")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    expect(page.locator(".item-facts")).to_contain_text("Say hello")


@pytest.mark.parametrize("phone", [False, True])
def test_what_was_deleted_is_restored_from_its_history(
    visit: Visit, accessible: Check, picture: Picture, phone: bool
) -> None:
    guid = make_assembly()
    page = visit("operator", phone=phone)
    page.goto(address(guid))
    page.locator(".more-menu > summary").click()
    page.get_by_role("link", name="Delete").click()
    accessible(page)
    picture(page, f"item-delete{'-phone' if phone else ''}")
    page.get_by_role("button", name="Delete it").click()
    said(page, "was deleted")
    accessible(page)
    picture(page, f"item-deleted{'-phone' if phone else ''}")
    page.get_by_role("link", name="Restore from History").click()
    expect(page.locator("#history")).to_be_visible()
    page.locator("#history").get_by_role("button", name="Restore").first.click()
    expect(page.locator(".messagelist")).to_be_visible()
    assert stored(guid).deleted_at is None


def test_the_document_is_edited_as_json(visit: Visit, accessible: Check) -> None:
    guid = make_assembly()
    page = visit("operator")
    open_tab(page, guid, "raw")
    page.get_by_text("Edit as JSON").click()
    field = page.get_by_label("Document", exact=True)
    field.fill(field.input_value().replace('"description": ""', '"description": "By hand."'))
    accessible(page)
    page.get_by_role("button", name="Save this document").click()
    said(page, "Saved as revision 2")
    expect(page.locator("#raw")).to_be_visible()
    assert stored(guid).content.summary == "By hand."


@pytest.mark.parametrize("by_key", [True, False])
def test_save_saves_the_document_that_is_looked_at(visit: Visit, by_key: bool) -> None:
    guid = make_assembly()
    page = visit("operator")
    open_tab(page, guid, "raw")
    page.get_by_text("Edit as JSON").click()
    field = page.get_by_label("Document", exact=True)
    field.fill(field.input_value().replace('"description": ""', '"description": "By hand."'))
    if by_key:
        field.press("Control+s")
    else:
        save(page)
    said(page, "Saved as revision 2")
    assert stored(guid).content.summary == "By hand."
    page.get_by_role("tab", name="Summary").click()
    page.get_by_role("textbox", name="Summary").fill("In the form.")
    save(page)
    said(page, "Saved as revision 3")


def test_a_second_press_is_no_conflict_with_oneself(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    open_editor(page, guid)
    type_at_end(page, "echo typed\n")
    page.evaluate("""() => { for (let times = 0; times < 3; times += 1)
        document.dispatchEvent(new KeyboardEvent("keydown", { key: "s", ctrlKey: true, cancelable: true })); }""")
    said(page, "Saved as revision 2")
    assert stored(guid).revision == 2


def test_a_variable_is_warned_about_and_counted_while_somebody_types(visit: Visit) -> None:
    guid = make_assembly(variables=[{"name": "retries", "type": "number", "default": "3"}])
    page = visit("operator")
    open_tab(page, guid, "variables")
    row = page.locator(".variable-row").first
    warning = row.locator("[data-warning=default]")
    expect(warning).to_be_hidden()
    row.get_by_label("Default").fill("three")
    expect(warning).to_have_text("This must be a number.")
    row.get_by_label("Type").select_option("select")
    expect(row.locator("[data-warning=choices]")).to_have_text("There is nothing to choose from yet.")
    row.get_by_label("Choices").fill("two\nthree")
    expect(row.locator("[data-warning=choices]")).to_be_hidden()
    expect(warning).to_be_hidden()
    page.get_by_role("button", name="Add a variable").click()
    expect(page.locator("#tab-variables .count")).to_have_text("2")
    page.locator(".variable-row").nth(1).get_by_label("Remove").check()
    expect(page.locator("#tab-variables .count")).to_have_text("1")
    page.once("dialog", lambda dialog: dialog.accept())
