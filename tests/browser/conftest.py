"""Real pages in the machine's own Chromium: nothing is downloaded, and without Chromium these tests skip."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from assemblies.payloads import PayloadStore
from tests.browser.people import PEOPLE, session_of
from tests.browser.watched import Watch

Visit = Callable[..., Page]
OF_THE_GATE = "test_tour.py"
SERIOUS = {"serious", "critical"}
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
PROJECT = Path(__file__).resolve().parents[2]
REPLACE_TEXT = """([from, to]) => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(from, to);
}"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium on this machine")
    # Playwright runs a loop in this thread, in which Django would refuse the tests' own queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=arguments)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session", autouse=True)
def own_static_files() -> Iterator[None]:
    """Let the library serve its files itself: Django's server for tests knows their plain addresses only."""
    patch = pytest.MonkeyPatch()
    patch.setattr(StaticFilesHandler, "_should_handle", lambda _handler, _path: False)
    yield
    patch.undo()


@pytest.fixture
def visit(chromium: Browser, live_server: Any, library: PayloadStore) -> Iterator[Visit]:
    """Open a browser as somebody: `visit("operator")`, `visit("administrator", dev_mode=True)`, `visit()` signed out.

    Returns a page at the server's address. At the end no page may have complained (`page.watch.expect(403)` lets
    refusals pass that the test is about).
    """
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def opened(role: str | None = None, *, dev_mode: bool = False, phone: bool = False, dark: bool = False) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport=PHONE if phone else DESK,  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light",
            timezone_id="Europe/Berlin",
            locale="en-GB",
        )
        contexts.append(context)
        context.set_default_timeout(30_000)
        if role is not None:
            value = session_of(PEOPLE[role](), dev_mode=dev_mode)
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])
        page = context.new_page()
        page.watch = Watch(page, live_server.url)  # type: ignore[attr-defined]
        watches.append(page.watch)  # type: ignore[attr-defined]
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [complaint for watch in watches for complaint in watch.complaints] == []


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Check a page with axe-core: no finding that is serious or worse."""

    def check(page: Page) -> None:
        heard = list(page.watch.complaints)  # type: ignore[attr-defined]
        found = Axe().run(page).response["violations"]
        # Of styles that axe itself tries, the page's policy complains.
        page.watch.complaints[:] = heard  # type: ignore[attr-defined]
        worst = [
            (one["id"], one["help"], [node["target"] for node in one["nodes"]][:5])
            for one in found
            if one["impact"] in SERIOUS
        ]
        assert worst == []

    return check


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keep a screenshot where SCREENSHOTS names a folder, for the documentation and for one's own eyes.

    What it shows names no folder of the machine that took it.
    """

    def taken(page: Page, name: str) -> None:
        folder = os.environ.get("SCREENSHOTS")
        if not folder:
            return
        page.evaluate(REPLACE_TEXT, [str(settings.RUNTIME_ROOT), "/srv/borealis"])
        words = page.locator("body").inner_text()
        assert [place for place in (PROJECT, tempfile.gettempdir(), Path.home()) if f"{place}/" in words] == []
        # A test may have changed the folder it works in.
        page.screenshot(path=PROJECT / folder / f"{name}.png")

    return taken


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.engine)
            item.add_marker(pytest.mark.django_db(transaction=True, databases="__all__"))
            if item.path.name != OF_THE_GATE:
                item.add_marker(pytest.mark.slow)
