"""How heavy a page is the first time: what comes over the wire is compressed, and files are kept for a year."""

from playwright.sync_api import Response, expect

from tests.browser.conftest import Visit
from tests.browser.item_pages import make_assembly, open_editor

MAX_BYTES = 250 * 1024


def test_the_editor_page_is_light_and_its_files_are_kept(visit: Visit, library: object) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    open_editor(page, guid)
    page.wait_for_load_state("networkidle")
    sizes = {one.url: one.request.sizes()["responseBodySize"] for one in answers if one.ok}
    assert sum(sizes.values()) <= MAX_BYTES, sorted(sizes.items(), key=lambda pair: -pair[1])[:8]
    files = [one for one in answers if "/static/" in one.url]
    assert files
    kept = {one.url: one.headers.get("cache-control", "") for one in files}
    assert [url for url, words in kept.items() if "immutable" not in words] == []
    texts = [one for one in files if one.url.endswith((".js", ".css")) and sizes.get(one.url, 0) > 1024]
    assert [one.url for one in texts if not one.headers.get("content-encoding")] == []
    document = next(one for one in answers if one.request.resource_type == "document")
    assert document.headers.get("content-encoding")
    expect(page.locator("h1")).to_be_visible()
