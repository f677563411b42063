"""The bar, the navigation, the palette and the keys, on every page alike; and how much a screen of the list shows."""

import pytest
from playwright.sync_api import Page, expect

from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.documents_made import script
from tests.permits import may_import

LIST = "/admin/assemblies/assembly/"
LONG = "W" * 255
VISIBLE_ROWS = """() => [...document.querySelectorAll("[data-row]")]
    .filter((row) => row.getBoundingClientRect().bottom <= window.innerHeight).length"""
# A word that is broken has more lines than words.
BROKEN = """() => [...document.querySelectorAll("td.by, td.type, td.source, td.changed, thead th")]
    .filter((cell) => cell.getClientRects().length && cell.scrollHeight > 40).length"""


@pytest.fixture(autouse=True)
def stocked(library: PayloadStore, command: Actor) -> None:
    documents = [script(f"Report number {number:02}", b"echo hello\n") for number in range(30)]
    for part in (documents, [script(LONG, b"true\n")]):
        import_documents(
            part, domain=Domain.USER, on_conflict=OnConflict.FAIL, permit=may_import(command), store=library
        )


def test_a_screen_shows_fourteen_rows_of_whole_words(visit: Visit) -> None:
    page = visit("operator")
    page.goto(LIST)
    assert page.evaluate(VISIBLE_ROWS) >= 14
    assert page.evaluate(BROKEN) == 0


def test_a_long_name_does_not_widen_a_phones_page(visit: Visit) -> None:
    page = visit("operator", phone=True)
    page.goto(f"{LIST}?q={LONG}")
    expect(page.locator("[data-open]")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_the_first_row_is_within_five_stops_of_tab(visit: Visit) -> None:
    page = visit("operator")
    page.goto(LIST)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the rows")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[data-row], .grid-table') !== null")


def test_rows_are_walked_selected_and_starred_by_keys(visit: Visit) -> None:
    page = visit("operator")
    page.goto(LIST)
    names = page.locator("[data-open]")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(names.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(names.first).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("[data-selected]")).to_have_text("1 of 31 selected")
    page.keyboard.press("Escape")
    expect(page.locator(".bulk-bar")).to_be_hidden()
    names.first.focus()
    page.keyboard.press("s")
    expect(page.locator(".star-button").first).to_have_attribute("aria-pressed", "true")


def test_the_palette_finds_assemblies_pages_and_what_was_opened(visit: Visit, accessible, picture) -> None:  # type: ignore[no-untyped-def]
    page = visit("operator")
    page.goto("/admin/queue/")
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Find assemblies, pages, actions")
    expect(palette.get_by_role("combobox")).to_be_focused()
    accessible(page)
    page.keyboard.type("number 07")
    expect(palette.get_by_role("option").first).to_contain_text("Report number 07")
    picture(page, "palette")
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/")
    page.keyboard.press("Control+k")
    expect(palette.get_by_role("option").first).to_contain_text("Report number 07")
    page.keyboard.type("import")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/import/")


def test_the_keys_are_listed(visit: Visit, accessible) -> None:  # type: ignore[no-untyped-def]
    page = visit("viewer")
    page.goto("/admin/queue/")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()


def navigation_width(page: Page) -> int:
    return int(page.evaluate("document.getElementById('nav-sidebar').offsetWidth"))


def test_the_navigation_is_folded_and_stays_so(visit: Visit) -> None:
    page = visit("viewer")
    page.goto("/admin/queue/")
    assert navigation_width(page) == 208
    page.get_by_role("button", name="Navigation with words").click()
    assert navigation_width(page) == 56
    page.goto("/admin/runs/")
    assert navigation_width(page) == 56
    expect(page.locator("#nav-sidebar").get_by_role("link", name="Library")).to_be_visible()


def test_columns_and_density_are_kept(visit: Visit) -> None:
    page = visit("viewer")
    page.goto(LIST)
    page.locator(".column-choice > summary").click()
    page.get_by_label("By", exact=True).uncheck()
    page.get_by_label("Comfortable rows").check()
    page.reload()
    expect(page.get_by_role("columnheader", name="By")).to_be_hidden()
    assert page.locator("[data-row]").first.evaluate("row => row.offsetHeight") == 56


def test_the_order_of_columns_is_kept(visit: Visit, accessible) -> None:  # type: ignore[no-untyped-def]
    page = visit("viewer")
    page.goto(LIST)
    page.locator(".column-choice > summary").click()
    accessible(page)
    button = page.get_by_role("button", name="By further to the front")
    for _ in range(2):
        button.click()
    expect(button).to_be_focused()
    page.reload()
    titles = page.locator(".grid-table thead th:visible").all_inner_texts()
    assert titles.index("By") < next(at for at, title in enumerate(titles) if title.startswith("Changed"))
    cells = page.locator("[data-row]").first.locator("td.by, td.changed")
    assert "by" in (cells.first.get_attribute("class") or "").split()
