"""Correcting in the preview of an import what was guessed of plain scripts: with a keyboard, and with nothing lost."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from tests.browser.conftest import Visit
from tests.browser.documents_sent import IMPORT
from tests.browser.test_import import chosen_import

SCRIPT = b'#!/bin/bash\n# Removes logs older than a while.\nTARGET="${1:-/tmp}"\nfind "$TARGET" -name "*.log"\n'
POWERSHELL = b"param([string]$Mode = 'Soft', [int]$Days = 7)\nWrite-Output $Mode $Days\n"


def file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def guess_of(page: Page, place: str) -> Any:
    return page.locator("tr.preview-row", has_text=place).locator("+ tr.more details.guessed")


def wait_for_preview(page: Page, rows: int) -> None:
    expect(page.locator("#import-answer[aria-busy]")).to_have_count(0)
    expect(page.locator("tr.preview-row")).to_have_count(rows)


def test_guesses_are_corrected_in_place_and_stay_while_files_come_and_an_import_is_refused(
    visit: Visit,
    accessible: Callable[[Page], None],
    picture: Callable[[Page, str], None],
    library: PayloadStore,
) -> None:
    page = visit("operator")
    page.goto(IMPORT)
    page.locator("#files").set_input_files([file("rotate.ps1", POWERSHELL)])
    wait_for_preview(page, 1)
    rotate = guess_of(page, "rotate.ps1")
    rotate.locator("summary").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Rotate logs")
    page.locator("#files").set_input_files([file("clean.sh", SCRIPT)])
    wait_for_preview(page, 2)
    rotate, clean = guess_of(page, "rotate.ps1"), guess_of(page, "clean.sh")
    expect(rotate.get_by_label("Name").first).to_have_value("Rotate logs")
    clean.locator("summary").click()
    clean.get_by_label("Windows").check()
    clean.get_by_label("Time limit in seconds").fill("soon")
    accessible(page)
    picture(page, "import-corrections")
    page.watch.expect(400)  # type: ignore[attr-defined]
    chosen_import(page).click()
    expect(page.locator("#import-answer .notice-error, #import-answer .notice-warning")).to_contain_text("corrections")
    clean = guess_of(page, "clean.sh")
    expect(clean.locator(".errorlist")).to_be_visible()
    expect(clean.get_by_label("Windows")).to_be_checked()
    expect(guess_of(page, "rotate.ps1").get_by_label("Name").first).to_have_value("Rotate logs")
    accessible(page)
    clean.get_by_label("Time limit in seconds").fill("120")
    guess_of(page, "rotate.ps1").get_by_role("group", name="Days").get_by_label("Not a variable").check()
    chosen_import(page).click()
    expect(page.locator("#answer-title")).to_have_text("Imported")
    rotated, cleaned = (Assembly.objects.get(search_text=text.decode()) for text in (POWERSHELL, SCRIPT))
    assert rotated.display_name == "Rotate logs"
    assert [one["name"] for one in rotated.read_content().variables] == ["Mode"]
    assert cleaned.read_content().timeout_seconds == 120
    assert "windows" in cleaned.read_content().operating_systems
