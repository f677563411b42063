"""Documents exported by hand, and read back equal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from assemblies.actions.create import create
from assemblies.documents import Document, read_document
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.browser.documents_sent import EXPORT, IMPORT, MINE, OLD, Accessible, Picture, stock_library
from tests.bundles.reading import read_archive
from tests.documents_made import script
from tests.permits import may_create

MOST = 1 << 20


def test_a_viewer_may_not_import_but_export(
    visit: Visit,
    accessible: Accessible,
    picture: Picture,
    library: PayloadStore,
    operator: Actor,
    command: Actor,
    tmp_path: Path,
) -> None:
    stock_library(library, operator, command)
    page = visit("viewer")
    page.watch.expect(403)  # type: ignore[attr-defined]
    page.goto("/admin/")
    expect(page.locator("#nav-sidebar").get_by_role("link", name="Import", exact=True)).to_have_count(0)
    page.goto(IMPORT)
    expect(page.get_by_role("heading", name="You may not change this domain.")).to_be_visible()
    page.goto(EXPORT)
    accessible(page)
    picture(page, "export")
    page.get_by_label("Readable tree").check()
    kept = downloaded(page, lambda: page.get_by_role("button", name="Export as zip").click(), tmp_path)
    assert kept.name == "assemblies.zip"
    assert sorted(one.display_name for one in unzipped(kept)) == ["Clean up logs", "Disk usage"]


def downloaded(page: Page, act: Callable[[], Any], folder: Path) -> Path:
    with page.expect_download() as caught:
        act()
    path = folder / caught.value.suggested_filename
    caught.value.save_as(path)
    return path


def unzipped(path: Path) -> list[Document]:
    with path.open("rb") as archive:
        return read_archive(archive)


def test_an_export_is_read_back_equal(
    visit: Visit, picture: Picture, accessible: Accessible, library: PayloadStore, operator: Actor, tmp_path: Path
) -> None:
    kept = script("Disk usage", OLD, guid=MINE, tags=["disk"])
    create(kept, domain=Domain.USER, permit=may_create(operator), store=library)
    page = visit("viewer")
    page.goto(f"/admin/assemblies/assembly/{MINE}/change/")
    menu = page.locator("details.export-menu > summary")
    menu.click()
    accessible(page)
    picture(page, "export-menu")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Authoring JSON")).to_be_hidden()
    menu.focus()
    page.keyboard.press("Enter")
    path = downloaded(page, lambda: page.get_by_role("link", name="Authoring JSON").click(), tmp_path)
    assert read_document(path.read_bytes(), max_bytes=MOST) == kept
    assert json.loads(path.read_text())["script"] == OLD.decode()
    menu.click()
    path = downloaded(page, lambda: page.get_by_role("link", name="Readable tree").click(), tmp_path)
    assert unzipped(path) == [kept]
