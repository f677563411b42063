"""What people do every day, within its price: clicks and keys that are counted, typed words are not."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings

from assemblies.actions.update import update
from assemblies.models import Assembly
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.browser.item_pages import address, make_assembly, stored_text
from tests.official.published_folder import publish, publish_many, source_of
from tests.permits import may_sync, may_update

pytestmark = pytest.mark.usefixtures("library")

ITEM = re.compile(r"/admin/assemblies/assembly/[^/]+/change/")
ACTIVE_LINE = "() => document.querySelector('#script-editor .django-ace-widget').editor.getCursorPosition().row + 1"


class Hands:
    """Somebody's hands on a page: what they press is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, target: Locator) -> None:
        self.count += 1
        target.click()

    def press(self, key: str) -> None:
        self.count += 1
        self.page.keyboard.press(key)


def sections(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Sections")


def test_a_script_is_found_by_a_word_in_it_and_one_stands_on_the_line(visit: Visit) -> None:
    make_assembly("".join(f"echo {number}\n" for number in range(40)) + "systemctl restart spooler\n")
    page = visit("operator")
    page.goto("/admin/queue/")
    hands = Hands(page)
    hands.press("Control+k")
    page.keyboard.type("spooler")
    expect(page.get_by_role("option", name=re.compile("Line 41"))).to_be_visible()
    hands.press("Enter")
    page.wait_for_url("**/change/#line-41")
    expect(page.locator("#script-editor[data-ready]")).to_be_visible()
    expect(page.locator("#script-editor .ace_gutter-active-line")).to_have_text("41")
    assert page.evaluate(ACTIVE_LINE) == 41
    assert hands.count <= 2


def test_what_changed_at_the_last_official_sync_is_seen_with_differences(
    visit: Visit, library: PayloadStore, command: Actor, tmp_path: Path, settings: Settings, accessible: Any
) -> None:
    folder = tmp_path / "published"
    settings.OFFICIAL_SOURCE = str(folder)
    publish_many(folder, 3)
    sync(source_of(folder), permit=may_sync(command), store=library)
    publish(folder, 2, script="echo two\necho better\n")
    sync(source_of(folder), permit=may_sync(command), store=library)
    page = visit("operator")
    page.goto("/admin/")
    hands = Hands(page)
    hands.click(sections(page).get_by_role("link", name="Official catalogue"))
    hands.click(page.locator(".syncs tbody a").first)
    expect(page.locator(".row-added .line-right", has_text="echo better")).to_be_visible()
    assert hands.count <= 2
    accessible(page)
    page.keyboard.press("n")
    expect(page.locator(".comparison tr[data-open]").first).to_be_focused()


def test_an_own_copy_is_made_and_typed_in(visit: Visit, library: PayloadStore) -> None:
    guid = make_assembly("echo theirs\n", display_name="Say hello")
    page = visit("operator")
    page.goto(address(guid, "script"))
    hands = Hands(page)
    hands.click(page.get_by_role("button", name="Save as my copy"))
    page.wait_for_url(ITEM)
    expect(page.locator("h1", has_text="(copy)")).to_be_visible()
    expect(page.locator("#script-editor[data-ready]")).to_be_visible()
    page.keyboard.type("# mine ")
    expect(page.locator("#script-editor .ace_line").first).to_contain_text("# mine echo theirs")
    assert hands.count <= 2


def test_the_version_before_the_last_change_comes_back(visit: Visit, library: PayloadStore, operator: Actor) -> None:
    guid = make_assembly("echo one\n")
    update(guid, {}, payload=b"echo two\n", permit=may_update(operator), store=library)
    page = visit("operator")
    page.goto(address(guid, "script"))
    hands = Hands(page)
    expect(page.locator(".item-line")).to_contain_text(operator.name)
    hands.click(page.get_by_role("tab", name="History"))
    hands.click(page.locator(".history-list").get_by_role("button", name="Restore").first)
    expect(page.locator(".messagelist")).to_be_visible()
    assert stored_text(guid) == "echo one\n"
    assert hands.count <= 3


def test_fifty_plain_scripts_come_in_with_a_preview(visit: Visit, tmp_path: Path) -> None:
    files = [tmp_path / f"report-{number:02}.sh" for number in range(50)]
    for number, path in enumerate(files):
        path.write_text(f"#!/usr/bin/env bash\n# Report number {number}.\necho {number}\n")
    page = visit("operator")
    page.goto("/admin/")
    hands = Hands(page)
    hands.click(sections(page).get_by_role("link", name="Import", exact=True))
    with page.expect_file_chooser() as choosing:
        hands.click(page.locator("#files"))
    choosing.value.set_files(files)
    expect(page.locator("tr.preview-row")).to_have_count(50)
    button = page.get_by_role("button", name="Import the chosen documents")
    expect(button).to_be_in_viewport()
    hands.click(button)
    expect(page.locator("#answer-title")).to_have_text("Imported")
    assert Assembly.objects.count() == 50
    assert hands.count <= 3


def test_why_a_save_was_refused_and_what_to_do_stands_on_the_page(visit: Visit, library: PayloadStore) -> None:
    guid = make_assembly("echo one\n")
    page = visit("operator")
    page.watch.expect(422)  # type: ignore[attr-defined]
    page.goto(address(guid, "summary"))
    page.get_by_label("Time limit in seconds").fill("soon")
    page.get_by_role("button", name="Save", exact=True).click()
    hands = Hands(page)
    expect(page.locator("#refused")).to_be_in_viewport()
    expect(page.get_by_label("Time limit in seconds")).to_be_focused()
    expect(page.locator(".has-errors .errorlist").first).to_be_in_viewport()
    assert hands.count == 0


def test_what_is_pending_and_what_failed_is_one_click_away(
    visit: Visit, library: PayloadStore, operator: Actor
) -> None:
    make_assembly("echo one\n")
    page = visit("operator")
    page.goto("/admin/runs/")
    hands = Hands(page)
    hands.click(page.locator("#branding a"))
    expect(page.get_by_role("heading", name="Needs attention")).to_be_in_viewport()
    expect(page.locator("#front-queue")).to_be_in_viewport()
    expect(page.get_by_text("1 assembly waits to be written")).to_be_visible()
    assert hands.count <= 1
