"""Every page in both themes and three widths, as one small picture each: docs/screens/looks, with SCREENSHOTS set.

Without it one page is drawn, so that the gate holds what draws them.
"""

import base64
import os
import tempfile
from pathlib import Path

from django.conf import settings as project
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from assemblies.payloads import PayloadStore
from tests.browser.conftest import DESK, PHONE, PROJECT, REPLACE_TEXT, Visit
from tests.browser.toured import EVERY, stock_tour

TABLET = {"width": 768, "height": 1024}
# Where each look stands in the picture, at half its size: width, dark, left edge, upper edge.
LOOKS = [
    (DESK, False, 0, 0), (DESK, True, 648, 0), (TABLET, False, 0, 458), (TABLET, True, 392, 458),
    (PHONE, False, 784, 458), (PHONE, True, 987, 458),
]  # fmt: skip
SHEET = {"width": 1288, "height": 970}
DRAW = """async ([shots, width, height]) => {
    const canvas = new OffscreenCanvas(width, height), context = canvas.getContext("2d");
    context.fillStyle = "#8a929a";
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    for (const [source, left, top, wide, high] of shots) {
        const shot = await createImageBitmap(await (await fetch(source)).blob());
        context.drawImage(shot, left, top, wide, high);
    }
    const picture = await canvas.convertToBlob({ type: "image/webp", quality: 0.72 });
    const bytes = new Uint8Array(await picture.arrayBuffer());
    return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
}"""
PAGES = (
    "front library folders search own official workflow history diff import export copy delete runs run run-form "
    "run-queue timeouts schedules schedule schedule-edit calendar devices device approvals install-codes persistence "
    "queue discard syncs sync health audit journal access dev-mode users components"
).split()


def test_every_page_is_drawn_in_every_look(
    visit: Visit, chromium: Browser, library: PayloadStore, settings: Settings
) -> None:
    settings.LOCAL_WORKER = "on"
    named = stock_tour(library)
    folder, pages = os.environ.get("SCREENSHOTS"), EVERY
    paths = {name: pages[name].format(**named, user="1", group="1") for name in (PAGES if folder else ["schedules"])}
    page, easel = visit("superuser", dev_mode=True), chromium.new_page()
    for name, path in paths.items():
        sheet = drawn(easel, [(shot_of(page, path, *look[:2]), *look) for look in LOOKS])
        assert sheet[:4] == b"RIFF"
        if folder:
            (PROJECT / folder / "looks" / f"{name}.webp").write_bytes(sheet)
    easel.close()


def shot_of(page: Page, path: str, size: dict[str, int], is_dark: bool) -> bytes:
    """Return a picture of the page that names no folder of the machine that took it."""
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark" if is_dark else "light")
    page.goto(path)
    page.evaluate(REPLACE_TEXT, [str(project.RUNTIME_ROOT), "/srv/borealis"])
    page.evaluate(REPLACE_TEXT, [str(PROJECT), "/srv/borealis"])
    words = page.locator("body").inner_text()
    assert [place for place in (PROJECT, tempfile.gettempdir(), Path.home()) if f"{place}/" in words] == [], path
    return page.screenshot(path=None)


def drawn(easel: Page, shots: list[tuple[bytes, dict[str, int], bool, int, int]]) -> bytes:
    """Return one picture of several, as WebP."""
    parts = [
        [f"data:image/png;base64,{base64.b64encode(shot).decode()}", left, top, size["width"] / 2, size["height"] / 2]
        for shot, size, _is_dark, left, top in shots
    ]
    return base64.b64decode(easel.evaluate(DRAW, [parts, SHEET["width"], SHEET["height"]]))
