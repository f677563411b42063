"""The list of the library as people use it: by mouse, by keyboard, on a telephone, in the dark."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from assemblies.actions.clone import clone
from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.actions.update import update
from assemblies.documents import Document
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly, AssemblySetting, SavedView
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.documents_made import script
from tests.permits import may_clone, may_import, may_update

LIST = "/admin/assemblies/assembly/"
GRAPH = b"""{"nodes":[{"id":"a","position":{"x":0,"y":0},"data":{"label":"Ask cups"}},
{"id":"b","position":{"x":220,"y":90},"data":{"label":"Restart"}}],"edges":[{"id":"e","source":"a","target":"b"}]}"""


def spooler(number: int) -> Document:
    return script(
        f"Restart the print spooler {number:02}",
        b"# hello\nset -e\nsystemctl restart cups.service\necho done\n",
        summary="Stops the service, clears its queue and starts it again." if number % 3 else "",
        tags=["print", "service", "linux"][: number % 4],
        category=["script", "maintenance", "printing"][number % 3],
        metadata={"source_path": "scripts/linux/restart.json"},
        type_name=["bash", "python", "powershell"][number % 3],
    )


@pytest.fixture(autouse=True)
def stocked(library: PayloadStore, command: Actor) -> None:
    def put(documents: list[Document], domain: Domain) -> str:
        made = import_documents(
            documents, domain=domain, on_conflict=OnConflict.FAIL, permit=may_import(command), store=library
        )
        return made[0].guid

    put([spooler(number) for number in range(25)], Domain.OFFICIAL)
    put([spooler(number) for number in range(25, 40)], Domain.COMMUNITY)
    put([script("Flow to onboard", GRAPH, type_name="workflow", category="workflow")], Domain.COMMUNITY)
    put([script("A" * 255), script("Trojan <b>bold</b>", "echo \u202e cups\n".encode())], Domain.USER)
    guid = put([spooler(number) for number in range(40, 70)], Domain.USER)
    flush()
    clone(guid, domain=Domain.USER, permit=may_clone(command), display_name="My own copy")
    update(guid, {"summary": "Now for all hosts"}, permit=may_update(command), store=library)


def narrow(page: Page, title: str, option: str) -> None:
    """Choose an option of a filter."""
    page.locator(".filter > summary").filter(has_text=title).click()
    page.get_by_role("link", name=option).click()


def ticks(page: Page) -> list[bool]:
    boxes = page.locator('tbody input[name="guid"]')
    ticked: list[bool] = boxes.evaluate_all("boxes => boxes.map((box) => box.checked)")
    return ticked


def test_searching_filtering_and_taking_filters_out_again(visit: Visit, accessible, picture) -> None:  # type: ignore[no-untyped-def]
    page = visit("operator")
    page.goto(LIST)
    accessible(page)
    picture(page, "grid")
    page.keyboard.press("/")
    expect(page.locator("#grid-q")).to_be_focused()
    page.keyboard.type('cups "set -e"')
    page.keyboard.press("Enter")
    expect(page.locator(".grid-count")).to_contain_text("of 71.")
    expect(page.locator("tbody mark").first).to_have_text("set -e")
    narrow(page, "Source", "Community 15")
    narrow(page, "Type", "PowerShell 5")
    expect(page.locator(".grid-count")).to_contain_text("of 5.")
    expect(page.locator("#grid-q")).to_have_value('cups "set -e"')
    accessible(page)
    picture(page, "grid-search")
    page.get_by_role("link", name="Source: Community").click()
    expect(page.locator("a.chip")).to_have_count(2)
    page.get_by_role("link", name="Clear all").click()
    expect(page.locator(".grid-count")).to_contain_text("of 74.")
    page.get_by_role("columnheader", name="Changed").get_by_role("link").click()
    expect(page.locator("[data-open]").first).to_have_text("Restart the print spooler 40")


def test_the_page_fits_its_window(visit: Visit) -> None:
    for phone in (False, True):
        page = visit("operator" if phone else "viewer", phone=phone)
        page.goto(LIST)
        widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1]


def test_the_queue_counts_down(visit: Visit) -> None:
    page = visit("viewer")
    page.clock.install()
    page.goto(LIST)
    expect(page.locator("[data-countdown]")).to_contain_text("Next write in")
    page.clock.fast_forward(120_000)
    expect(page.get_by_role("link", name="Show how it stands")).to_be_visible()


def test_a_star_is_kept_without_a_new_page(visit: Visit) -> None:
    page = visit("viewer")
    page.goto(LIST)
    star = page.locator(".star-button").nth(3)
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    assert AssemblySetting.objects.get().key == "vera"
    star.click()
    expect(star).to_have_attribute("aria-pressed", "false")
    assert not AssemblySetting.objects.exists()


def test_a_star_that_cannot_be_kept_says_so(visit: Visit) -> None:
    page = visit("viewer")
    page.watch.expect(404)  # type: ignore[attr-defined]
    page.goto(LIST)
    said: list[str] = []

    def hear(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.accept()

    page.on("dialog", hear)
    star = page.locator(".star-button").first
    star.evaluate("button => { button.value = 'no such' }")
    star.click()
    expect(star).to_be_enabled()
    assert said == ["That could not be kept; load the page again, then try once more."]


def test_views_are_saved_and_opened(visit: Visit, accessible, picture) -> None:  # type: ignore[no-untyped-def]
    page = visit("viewer")
    page.goto(f"{LIST}?type=python&order=-updated_at")
    page.get_by_text("Saved views").click()
    page.get_by_label("Save this view as").fill("Newest Python")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Saved as “Newest Python”.")
    page.goto(LIST)
    page.get_by_text("Saved views (1)").click()
    accessible(page)
    picture(page, "grid-views")
    page.get_by_role("link", name="Newest Python").click()
    expect(page.locator("a.chip")).to_contain_text("Python")
    page.get_by_text("Saved views (1)").click()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Save this view as")).to_be_hidden()
    page.get_by_text("Saved views (1)").click()
    page.get_by_role("button", name="Delete the view Newest Python").click()
    expect(page.locator(".messagelist")).to_contain_text("is gone")
    assert not SavedView.objects.exists()


def test_many_are_tagged_with_the_keyboard(visit: Visit, accessible, picture) -> None:  # type: ignore[no-untyped-def]
    page = visit("operator")
    page.goto(f"{LIST}?domain=user")
    expect(page.locator(".bulk-bar")).to_be_hidden()
    boxes = page.locator('tbody input[name="guid"]')
    boxes.nth(2).click()
    boxes.nth(5).click(modifiers=["Shift"])
    assert ticks(page)[:7] == [False, False, True, True, True, True, False]
    expect(page.locator("[data-selected]")).to_have_text("4 of 33 selected")
    accessible(page)
    picture(page, "grid-selected")
    page.get_by_role("textbox", name="Tag").fill("night")
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("4 assemblies now carry the tag “night”.")
    expect(page).to_have_url(page.url.split("?")[0] + "?domain=user")
    narrow(page, "Tag", "night 4")
    page.get_by_label("Select every row of this page").check()
    assert ticks(page) == [True] * 4
    page.get_by_role("button", name="Remove tag").click()
    expect(page.locator(".messagelist")).to_contain_text("Nothing was changed.")


def test_all_that_match_are_put_into_a_category(visit: Visit) -> None:
    page = visit("operator")
    page.goto(f"{LIST}?domain=user&size=25")
    page.locator('tbody input[name="guid"]').first.check()
    page.get_by_label("All 33 that match").check()
    page.get_by_role("combobox", name="Category").fill("nightly")
    page.get_by_role("button", name="Set category").click()
    expect(page.locator(".messagelist")).to_contain_text("33 assemblies are now in the category “nightly”.")
    assert Assembly.objects.filter(category="nightly").count() == 33


def test_a_line_that_was_found_is_a_link_to_it(visit: Visit) -> None:
    for person, current in (("operator", ".ace_gutter-active-line"), ("viewer", ".code-line:target")):
        page = visit(person)
        page.goto(f"{LIST}?q=cups&domain={'user' if person == 'operator' else 'official'}&type=bash")
        page.get_by_role("link", name="Line 3").first.click()
        expect(page.get_by_role("tab", name="Script")).to_have_attribute("aria-selected", "true")
        expect(page.locator(current)).to_be_visible()
        expect(page.locator(current)).to_contain_text("3" if person == "operator" else "restart cups")


def test_deleting_asks_first_and_what_is_gone_can_be_found(visit: Visit, accessible, picture) -> None:  # type: ignore[no-untyped-def]
    page = visit("operator")
    page.goto(f"{LIST}?q=spooler+40")
    page.locator('tbody input[name="guid"]').first.check()
    page.get_by_role("button", name="Delete…").click()
    expect(page.locator(".doomed")).to_contain_text("My own copy")
    accessible(page)
    picture(page, "grid-delete")
    page.get_by_role("button", name="Delete 1 assembly").click()
    expect(page.locator(".messagelist")).to_contain_text("1 assembly was deleted.")
    page.goto(f"{LIST}?deleted=true")
    expect(page.locator(".pill-deleted")).to_have_count(1)


def test_what_is_closed_to_somebody_is_not_offered_and_can_be_left_out(visit: Visit, accessible) -> None:  # type: ignore[no-untyped-def]
    page = visit("operator")
    page.goto(LIST)
    page.locator("[data-tick-all]").check()
    closed = page.locator("[data-closed-words]")
    expect(closed).to_contain_text("only Dev Mode changes those.")
    tag = page.get_by_role("button", name="Add tag")
    expect(tag).to_be_disabled()
    expect(page.get_by_role("button", name="Clone to")).to_be_enabled()
    accessible(page)
    closed.get_by_role("button", name="Leave them out").click()
    expect(closed).to_be_hidden()
    page.get_by_role("textbox", name="Tag").fill("night")
    tag.click()
    expect(page.locator(".messagelist")).to_contain_text("now carr")


def test_in_dev_mode_official_ones_are_tagged_and_copied(visit: Visit) -> None:
    page = visit("administrator", dev_mode=True)
    page.goto(f"{LIST}?domain=official")
    page.locator('tbody input[name="guid"]').first.check()
    page.get_by_role("textbox", name="Tag").fill("night")
    page.get_by_role("button", name="Add tag").click()
    expect(page.locator(".messagelist")).to_contain_text("1 assembly now carries")
    page.locator('tbody input[name="guid"]').first.check()
    page.get_by_label("Clone to").select_option(label="Community")
    page.get_by_role("button", name="Clone to").click()
    expect(page.locator(".messagelist")).to_contain_text("1 copy was made in Community.")


def test_a_selection_is_exported(visit: Visit) -> None:
    page = visit("viewer")
    page.goto(LIST)
    page.locator('tbody input[name="guid"]').first.check()
    expect(page.get_by_role("button", name="Add tag")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export zip").click()
    assert download.value.suggested_filename.endswith(".zip")


def test_rows_are_walked_and_opened(visit: Visit) -> None:
    page = visit("viewer")
    page.goto(f"{LIST}?q=spooler")
    names = page.locator("[data-open]")
    names.first.focus()
    page.keyboard.press("ArrowDown")
    expect(names.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(names.first).to_be_focused()
    page.locator("td.type").first.dblclick()
    page.wait_for_url("**/change/")


def test_in_the_dark_and_on_a_telephone(visit: Visit, accessible, picture) -> None:  # type: ignore[no-untyped-def]
    dark = visit("superuser", dark=True, dev_mode=True)
    dark.goto(f"{LIST}?q=cups")
    dark.locator('tbody input[name="guid"]').first.check()
    accessible(dark)
    picture(dark, "grid-dark")
    phone = visit("operator", phone=True)
    phone.goto(f"{LIST}?q=cups&order=-updated_at")
    expect(phone.locator(".filter").first).to_be_hidden()
    accessible(phone)
    picture(phone, "grid-phone")
    phone.locator("#filters > summary").click()
    accessible(phone)
    picture(phone, "grid-phone-filters")
    narrow(phone, "Source", "Official 25")
    expect(phone.locator(".grid-count")).to_contain_text("of 25.")
