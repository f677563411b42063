"""Real documents keep every value and every byte through import, export and import again."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from assemblies.documents import (
    EnvelopeFacts,
    ScriptEncoding,
    Style,
    canonical_json,
    read_document,
    read_tree,
    write_document,
    write_tree,
)
from tests.documents.document_builders import MAX_BYTES, as_kept_by, read, real_documents

FACTS = ("domain", "payload_guid", "content_hash", "created_at", "updated_at")
real = pytest.mark.parametrize("path", real_documents())


def own_style(value: dict[str, Any]) -> Style:
    if "payload" in value:
        return Style.ENVELOPE
    return Style.LEGACY if "version" in value or "nodes" in value else Style.AUTHORING


def comparable(value: dict[str, Any]) -> bytes:
    copy = dict(value)
    if "assembly_guid" in copy:
        copy["assembly_guid"] = copy["assembly_guid"].lower()
    if isinstance(copy.get("workflow"), str):
        copy["workflow"] = json.loads(base64.b64decode(copy["workflow"]))
    return canonical_json(copy)


@real
def test_a_real_document_comes_back_in_its_own_style_with_equal_values(path: Path) -> None:
    value = json.loads(path.read_bytes())
    document = read_document(path.read_bytes(), max_bytes=MAX_BYTES)
    facts = EnvelopeFacts(**{key: value[key] for key in FACTS if key in value})
    written = write_document(document, own_style(value), envelope=facts)
    assert comparable(written) == comparable(value)


@real
@pytest.mark.parametrize("encoding", ["base64", "text"])
@pytest.mark.parametrize("style", list(Style))
def test_a_real_document_survives_every_style(path: Path, style: Style, encoding: ScriptEncoding) -> None:
    document = read_document(path.read_bytes(), max_bytes=MAX_BYTES)
    again = read(write_document(document, style, script_encoding=encoding))
    assert again == as_kept_by(document, style)
    assert again.content_hash == document.content_hash


@real
def test_a_real_document_survives_the_tree(path: Path) -> None:
    document = read_document(path.read_bytes(), max_bytes=MAX_BYTES)
    files = write_tree(document, "it")
    assert read_tree(files["it.json"], files, "it", max_bytes=MAX_BYTES) == as_kept_by(document, None)


@real
def test_a_real_script_keeps_its_bytes(path: Path) -> None:
    value = json.loads(path.read_bytes())
    body = value.get("payload", value)
    if "script" in body:
        assert read(value).payload == base64.b64decode(body["script"])


@real
def test_a_real_document_in_the_authoring_style_has_exactly_its_keys(path: Path) -> None:
    value = json.loads(path.read_bytes())
    if own_style(value) is Style.AUTHORING:
        assert write_document(read(value), Style.AUTHORING).keys() == value.keys()


@real
def test_a_real_document_hides_no_characters(path: Path) -> None:
    assert read_document(path.read_bytes(), max_bytes=MAX_BYTES).flags == []
