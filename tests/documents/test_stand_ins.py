"""Files that stand in for a script, an attachment or a document, and are refused by what they are."""

import json
import zlib

import pytest

from assemblies.documents import normalise_payload, read_document, read_tree, write_tree
from assemblies.documents.stand_ins import find_other_kind
from assemblies.domains import AssemblyType
from assemblies.errors import InvalidDocument, InvalidField
from tests.documents.document_builders import MAX_BYTES, as_base64, authoring, read

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d" * 32 + b"\nsize 12345\n"
PAGES = [
    b"<!DOCTYPE html>\n<html><body>404</body></html>",
    b"\n  <!doctype HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>",
    b"<html lang=en><head>",
    b'<?xml version="1.0"?>\n<!DOCTYPE html>',
]
SCRIPTS = [b"<# html #>\nGet-Item\n", b"#!/bin/sh\necho '<html>'\n", b"- hosts: all\n", b"<htmlish>", b"version 1\n"]


@pytest.mark.parametrize("content", [POINTER, *PAGES], ids=lambda content: content[:20].decode())
def test_what_is_no_script_is_refused_wherever_a_script_comes_from(content: bytes) -> None:
    with pytest.raises(InvalidField) as refused:
        read(authoring(content))
    assert refused.value.detail["field"] == "script"
    with pytest.raises(InvalidField) as refused:
        normalise_payload(content.decode(), AssemblyType.BASH)
    assert refused.value.detail["field"] == "payload"
    files = write_tree(read(authoring()), "deep/it")
    with pytest.raises(InvalidDocument, match=r"^it\.sh is a") as named:
        read_tree(files["deep/it.json"], files | {"deep/it.sh": content}, "deep/it", max_bytes=MAX_BYTES)
    assert named.value.detail["field"] == "script"


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_may_look_like_anything_else(script: bytes) -> None:
    assert read(authoring(script)).payload == script


def test_an_attachment_may_be_a_page_and_is_no_pointer() -> None:
    page = [{"file_name": "index.html", "data": as_base64(PAGES[0])}]
    assert read(authoring(files=page)).files[0].data == PAGES[0]
    with pytest.raises(InvalidField, match=r"^setup\.msi is a Git LFS pointer") as refused:
        read(authoring(files=[{"file_name": "setup.msi", "data": as_base64(POINTER)}]))
    assert refused.value.detail["field"] == "files[0].data"
    files = write_tree(read(authoring(files=[{"file_name": "setup.msi", "data": as_base64(b"MZ")}])), "it")
    entry = json.loads(files["it.json"])
    entry["files"][0]["size"] = len(POINTER)
    with pytest.raises(InvalidField, match=r"^setup\.msi is a Git LFS pointer"):
        read_tree(json.dumps(entry).encode(), files | {"it.files/1": POINTER}, "it", max_bytes=MAX_BYTES)


KINDS = {
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "7z archive"),
    "gzip": (zlib.compress(b"{}", wbits=31), "gzip archive"),
    "tar": (b"a.json".ljust(257, b"\0") + b"ustar\0", "tar archive"),
    "UTF-16": ("{}".encode("utf-16"), "save it as UTF-8"),
    "empty": (b" \n", "is empty"),
    "pointer": (POINTER, "git lfs pull"),
    "page": (PAGES[0], "HTML page"),
    "script": (b"#!/bin/sh\n", "paste it"),
}


@pytest.mark.parametrize(("content", "words"), KINDS.values(), ids=KINDS.keys())
def test_a_file_that_is_no_document_is_called_what_it_is(content: bytes, words: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        read_document(content, max_bytes=MAX_BYTES)
    assert refused.value.message.startswith("This is") and words in refused.value.message


def test_a_script_is_known_by_its_name_and_broken_json_is_not() -> None:
    assert "paste it" in (find_other_kind(b"Get-Item\r\n", "Tidy.PS1") or "")
    assert find_other_kind(b"Get-Item\r\n", "tidy.json") is None
    assert find_other_kind(b'{"name": ', "tidy.ps1") is None
