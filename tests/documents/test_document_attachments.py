"""Attachments: labels that are no paths, exact bytes, sizes that must be true."""

from typing import Any

import pytest

from assemblies.documents import (
    Style,
    normalise_file_name,
    normalise_mime_type,
    normalise_upload_name,
    read_tree,
    write_document,
    write_tree,
)
from assemblies.errors import InvalidField
from tests.documents.document_builders import MAX_BYTES, as_base64, authoring, read

HOSTILE_NAMES = [
    "", " ", "\t", ".", "..", " .. ", "../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "\\\\server\\share", "a/b",
    "a\\b", "C:\\Windows\\System32\\cmd.exe", "./x", "x/", "x/.", "x/../y", "~/x/y", "%2e%2e/x", "..%5c\\x", "a\0b",
    "\0", "a\nb", "a\rb", "a\r\nSet-Cookie: x=1", "a\tb", "a\x1b[2Jb", "a\x7fb", "a\x85b", "a\u2028b", "a\u2029b",
    "x" * 256, "é" * 256, "../" * 80, "//", "\\", "\ud800", "....//", "file:///etc/passwd", "a\x00.png",
]  # fmt: skip
ODD_NAMES = [
    "..x",
    "...",
    "a b.txt",
    "CON",
    "é.txt",
    "日本.bin",
    "-rf",
    "$(id)",
    "a;b",
    "x" * 255,
    "<b>.html",
    "'\"",
    "%2e%2e",
]


def entry(**changes: Any) -> dict[str, Any]:
    return {"file_name": "a.bin", "size": 3, "mime_type": "text/plain", "data": as_base64(b"abc")} | changes


def test_there_are_forty_hostile_names() -> None:
    assert len(set(HOSTILE_NAMES)) == 40


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_file_name_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidField):
        normalise_file_name(name)
    with pytest.raises(InvalidField) as caught:
        read(authoring(files=[entry(), entry(file_name=name)]))
    assert caught.value.detail["field"] == "files[1].file_name"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_file_name_is_a_label_and_names_no_file(name: str) -> None:
    document = read(authoring(files=[entry(file_name=name)]))
    assert document.files[0].file_name == name
    files = write_tree(document, "stem")
    assert set(files) == {"stem.json", "stem.sh", "stem.files/1"}
    assert read_tree(files["stem.json"], files, "stem", max_bytes=MAX_BYTES) == document


@pytest.mark.parametrize(
    "name",
    ["Ünïcode\u202egpj.exe", "a\u2066b.txt", "CON", "nul.txt", "Aux .log", "com1", "LPT9.tar.gz", "con.", "CONIN$"],
)
def test_an_upload_whose_name_deceives_people_or_systems_is_refused(name: str) -> None:
    with pytest.raises(InvalidField) as caught:
        normalise_upload_name(name)
    assert caught.value.detail["field"] == "file_name"


@pytest.mark.parametrize("name", ["console.log", "com.txt", "null", "auxiliary", "日本.bin", "a b.txt", "COM10"])
def test_an_upload_may_have_any_other_name(name: str) -> None:
    assert normalise_upload_name(name) == name


@pytest.mark.parametrize("twin", ["A.BIN", "a.bin", "a.Bin"])
def test_two_files_of_one_name_are_refused_whatever_the_letter_case(twin: str) -> None:
    with pytest.raises(InvalidField) as caught:
        read(authoring(files=[entry(), entry(file_name=twin)]))
    assert caught.value.detail["field"] == "files[1].file_name"


def test_two_spellings_of_one_accent_are_one_name() -> None:
    with pytest.raises(InvalidField):
        read(authoring(files=[entry(file_name="\u00e9"), entry(file_name="E\u0301")]))


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"size": 4}, "files[0].size"),
        ({"size": "3 bytes"}, "files[0].size"),
        ({"size": True, "data": as_base64(b"a")}, "files[0].size"),
        ({"data": "abc"}, "files[0].data"),
        ({"data": None}, "files[0].data"),
        ({"data": 5}, "files[0].data"),
        ({"data": "data:text/plain;base64,YWJj"}, "files[0].data"),
        ({"mime_type": "text/plain\r\nX: y"}, "files[0].mime_type"),
        ({"mime_type": "é"}, "files[0].mime_type"),
        ({"mime_type": "x" * 256}, "files[0].mime_type"),
        ({"mime_type": 5}, "files[0].mime_type"),
        ({"mimeType": "text/html"}, "files[0].mimeType"),
        ({"name": "b.bin"}, "files[0].name"),
        ({"file_name": None}, "files[0].file_name"),
        ({"file_name": 5}, "files[0].file_name"),
    ],
)
def test_an_entry_with_a_fault_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        read(authoring(files=[entry(**changes)]))
    assert caught.value.detail["field"] == field


@pytest.mark.parametrize("files, field", [({"a": 1}, "files"), ("x", "files"), ([5], "files[0]"), ([None], "files[0]")])
def test_files_that_are_no_list_of_objects_are_refused(files: Any, field: str) -> None:
    with pytest.raises(InvalidField) as caught:
        read(authoring(files=files))
    assert caught.value.detail["field"] == field


def test_other_spellings_are_read_and_unknown_keys_kept() -> None:
    older = {"name": "a.bin", "mimeType": "text/plain", "data": as_base64(b"abc"), "x-mode": {"a": [1]}}
    document = read(authoring(files=[older]))
    attachment = document.files[0]
    assert (attachment.file_name, attachment.mime_type, attachment.size) == ("a.bin", "text/plain", 3)
    assert attachment.sha256.startswith("ba7816bf")
    assert write_document(document, Style.LEGACY)["files"] == [entry() | {"x-mode": {"a": [1]}}]


def test_a_type_that_nobody_knows_stays_unknown() -> None:
    assert normalise_mime_type(None) == ""
    assert read(authoring(files=[{"file_name": "a", "data": ""}])).files[0].mime_type == ""
    assert read(authoring(files=None)).files == []
