"""The Files tab: files come by choosing and by dropping, are told about, and go again."""

from typing import Any

from playwright.sync_api import FilePayload, Page, expect
from pytest_django import Settings

from assemblies.actions.update import update
from assemblies.conf import payload_store
from assemblies.documents import Attachment
from assemblies.domains import Domain
from devmode.actor import Actor
from tests.browser.conftest import Visit
from tests.browser.item_pages import make_assembly, open_editor, open_tab, stored, stored_text, type_at_end
from tests.permits import may_update

HOSTILE = "<img src=x onerror=alert(1)>'\"&.txt"
LIST = Attachment("list.csv", "text/csv", b"a,b\n")


def test_files_come_by_choosing(visit: Visit, accessible: Any, picture: Any) -> None:
    guid = make_assembly(files=[LIST])
    page = visit("operator")
    open_tab(page, guid, "files")
    expect(page.locator("#files-list")).to_contain_text("1 file, 4\xa0bytes")
    choose(page, file("notes.txt", b"hello", "text/plain"), file("LIST.csv", b"a,b\n1,2\n", "text/csv"))
    expect(page.locator("#uploads .done")).to_have_text(["notes.txt added", "LIST.csv replaced the file of this name"])
    expect(page.locator("#files-list")).to_contain_text("2 files, 13\xa0bytes together")
    assert {one.file_name: one.size_bytes for one in stored(guid).content.files} == {"notes.txt": 5, "LIST.csv": 8}
    accessible(page)
    picture(page, "files")


def test_files_come_by_dropping(visit: Visit) -> None:
    guid = make_assembly()
    page = visit("operator")
    open_tab(page, guid, "files")
    page.watch.expect(400)  # type: ignore[attr-defined]
    drop(page, {"one.txt": "1", HOSTILE: "2", f"{HOSTILE}\u202egpj.exe": "3"})
    expect(page.locator("#uploads .done")).to_have_count(2)
    expect(page.locator("#uploads .failed")).to_have_count(1)
    expect(page.locator("#files-list tbody tr")).to_have_count(2)
    assert [one.file_name for one in stored(guid).content.files] == ["one.txt", HOSTILE]


def test_what_is_typed_meanwhile_can_be_saved(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    open_editor(page, guid)
    type_at_end(page, "echo typed\n")
    go_to(page, "Files")
    choose(page, file("notes.txt", b"hello", "text/plain"))
    expect(page.locator("#uploads .done")).to_have_count(1)
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    assert stored_text(guid) == "echo hello\necho typed\n"
    assert [one.file_name for one in stored(guid).content.files] == ["notes.txt"]


def test_a_change_by_somebody_else_is_not_hidden_by_an_upload(visit: Visit) -> None:
    guid = make_assembly("echo hello\n")
    page = visit("operator")
    open_editor(page, guid)
    type_at_end(page, "echo typed\n")
    update(guid, {}, payload=b"echo theirs\n", permit=may_update(Actor.of_command("tests")), store=payload_store())
    page.watch.expect(412, 409)  # type: ignore[attr-defined]
    go_to(page, "Files")
    choose(page, file("notes.txt", b"hello", "text/plain"), file("more.txt", b"more", "text/plain"))
    expect(page.locator("#uploads .done")).to_have_count(2)
    expect(page.locator("#files-overtaken")).to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("Control+s")
    assert stored_text(guid) == "echo theirs\n"
    assert "echo typed" in page.locator("textarea[name=payload]").input_value()


def test_what_is_too_large_or_refused_is_said_in_words(visit: Visit, settings: Settings) -> None:
    guid = make_assembly()
    page = visit("operator")
    settings.MAX_ATTACHMENT_BYTES = 2048
    page.watch.expect(413, 400)  # type: ignore[attr-defined]
    open_tab(page, guid, "files")
    choose(page, file("large.bin", b"x" * 3000), file("a\\b.txt", b"x"))
    expect(page.locator("#uploads .failed")).to_have_count(2)
    expect(page.locator("#uploads .failed").first).to_contain_text("larger than 2.0\xa0KB")
    expect(page.locator("#uploads .failed").last).to_contain_text("A file name is a label")
    settings.MAX_ATTACHMENT_BYTES = 1024
    choose(page, file("medium.bin", b"x" * 2000))
    expect(page.locator("#uploads .failed").last).to_contain_text("medium.bin")
    assert stored(guid).content.files == []


def test_a_file_is_removed_after_a_question(visit: Visit, accessible: Any, picture: Any) -> None:
    guid = make_assembly(files=[LIST, Attachment("keep.txt", "text/plain", b"keep")])
    page = visit("operator")
    open_tab(page, guid, "files")
    page.get_by_role("button", name="Remove list.csv").click()
    expect(page.locator("#remove-file")).to_contain_text("list.csv")
    accessible(page)
    picture(page, "files-remove")
    page.keyboard.press("Escape")
    expect(page.locator("#remove-file")).to_be_hidden()
    page.get_by_role("button", name="Remove list.csv").click()
    page.get_by_role("button", name="Keep it").click()
    assert len(stored(guid).content.files) == 2
    page.get_by_role("button", name="Remove list.csv").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator("#uploads")).to_contain_text("list.csv removed")
    expect(page.locator("#files-list tbody tr")).to_have_count(1)
    assert [one.file_name for one in stored(guid).content.files] == ["keep.txt"]


def test_a_file_is_downloaded_and_its_hash_copied(visit: Visit) -> None:
    page = visit("viewer")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_tab(page, make_assembly(files=[LIST]), "files")
    with page.expect_download() as download:
        page.get_by_role("link", name="list.csv").click()
    assert download.value.path().read_bytes() == b"a,b\n"
    page.get_by_role("button", name="Copy the SHA-256 of list.csv").click()
    expect(page.locator("#files-list")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == LIST.sha256


def test_who_may_not_write_sees_no_way_to(visit: Visit, accessible: Any) -> None:
    guid = make_assembly(files=[LIST], domain=Domain.OFFICIAL)
    for role in ("viewer", "operator", "administrator"):
        page = visit(role)
        open_tab(page, guid, "files")
        expect(page.locator("#files-list tbody tr")).to_have_count(1)
        expect(
            page.locator("#files").locator("#upload-zone, [data-remove], input[type=file], #remove-file")
        ).to_have_count(0)
        accessible(page)


def test_files_on_a_phone_in_the_dark(visit: Visit, accessible: Any, picture: Any) -> None:
    page = visit("operator", phone=True, dark=True)
    open_tab(page, make_assembly(files=[LIST]), "files")
    accessible(page)
    picture(page, "files-phone-dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def file(name: str, data: bytes, mime_type: str = "application/octet-stream") -> FilePayload:
    return {"name": name, "mimeType": mime_type, "buffer": data}


def choose(page: Page, *files: FilePayload) -> None:
    page.locator("#upload-zone input[type=file]").set_input_files(list(files))


def drop(page: Page, files: dict[str, str]) -> None:
    """Let go of files above the zone, as the browser tells it."""
    held = page.evaluate_handle(
        "files => { const held = new DataTransfer();"
        "for (const [name, text] of Object.entries(files)) held.items.add(new File([text], name));"
        "return held; }",
        files,
    )
    zone = page.locator("#upload-zone")
    zone.dispatch_event("dragover", {"dataTransfer": held})
    zone.dispatch_event("drop", {"dataTransfer": held})


def go_to(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()
