"""The folders of the library in a browser: by mouse, by keys, on a phone, and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from assemblies.payloads import PayloadStore
from tests.browser.conftest import PHONE, Visit
from tests.browser.stocked import stock

LIST = "/admin/assemblies/assembly/"


@pytest.fixture(autouse=True)
def stocked(library: PayloadStore, live_server: object) -> None:
    stock(library)


def test_a_folder_is_two_clicks_away_and_the_rows_are_its_own(
    visit: Visit, accessible: Callable[[Page], None], picture: Callable[[Page, str], None]
) -> None:
    page = visit("operator")
    page.goto(LIST)
    page.get_by_role("link", name="Folders", exact=True).click()
    tree = page.get_by_role("navigation", name="Folders")
    tree.get_by_role("link", name="scripts").click()
    expect(tree.get_by_role("link", name="scripts")).to_have_attribute("aria-current", "true")
    tree.get_by_role("link", name="linux").click()
    expect(page.locator("tbody tr").first).to_be_visible()
    shown = int(tree.get_by_role("link", name="linux").locator(".count").inner_text())
    assert page.locator("tbody tr").count() == shown
    accessible(page)
    picture(page, "library-folders")


def test_the_keys_walk_the_tree_and_go_on_after_a_folder_was_opened(visit: Visit) -> None:
    page = visit("viewer")
    page.goto(f"{LIST}?view=folders")
    tree = page.get_by_role("navigation", name="Folders")
    tree.get_by_role("link", name="All folders").focus()
    scripts = tree.get_by_role("link", name="scripts")
    while not scripts.evaluate("link => link === document.activeElement"):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("link", name="linux")).to_be_visible()
    expect(scripts).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(scripts).to_be_focused()


def test_on_a_phone_the_tree_comes_before_the_rows_and_fits(visit: Visit) -> None:
    page = visit("viewer", phone=True)
    page.goto(f"{LIST}?view=folders")
    tree = page.get_by_role("navigation", name="Folders")
    expect(tree).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert all(box["height"] >= 44 for link in tree.get_by_role("link").all() if (box := link.bounding_box()))


def test_without_a_script_each_folder_is_a_link(chromium: Browser, visit: Visit) -> None:
    signed_in = visit("viewer")
    signed_in.goto(LIST)
    context = chromium.new_context(
        java_script_enabled=False, base_url=signed_in.url.partition("/admin")[0],
        storage_state=signed_in.context.storage_state(),
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"{LIST}?view=folders")
    page.locator(".folder-tree").get_by_role("link", name="scripts").click()
    expect(page.locator(".folder-tree").get_by_role("link", name="linux")).to_be_visible()
    context.close()
