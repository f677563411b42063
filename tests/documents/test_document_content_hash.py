"""Equal meaning, equal hash; and nothing that matters escapes it."""

from typing import Any

import pytest

from assemblies.documents import AttachmentDigest, Document, content_hash_of
from tests.documents.document_builders import authoring, envelope, read

RICH = authoring(
    variables=[{"name": "a", "default": 1}], files=[{"file_name": "a", "data": "YWJj", "x": 1}], x=1,
    sites={"mode": "all", "values": []}, script_encoding="base64",
)  # fmt: skip


def hash_from_parts(document: Document, **changes: Any) -> str:
    file = document.files[0]
    parts: dict[str, Any] = {
        "display_name": document.display_name,
        "summary": document.summary,
        "type_name": document.type_name,
        "payload_sha256": document.payload_sha256,
        "timeout_seconds": document.timeout_seconds,
        "variables": document.variables,
        "files": [AttachmentDigest(file.file_name, file.mime_type, file.size, file.sha256, file.extra)],
        "sites": document.sites,
        "category": document.category,
        "version": document.version,
        "tags": document.tags,
        "metadata": document.metadata,
        "extra": document.extra,
        "envelope_extra": document.envelope_extra,
    }
    return content_hash_of(**parts | changes)


def test_a_hash_can_be_had_from_stored_parts() -> None:
    document = read(RICH)
    file = document.files[0]
    assert hash_from_parts(document) == document.content_hash
    row = (file.file_name, file.mime_type, file.size, file.sha256, file.extra)
    assert hash_from_parts(document, files=[row]) == document.content_hash
    assert len(document.content_hash) == 64


CHANGES: list[dict[str, Any]] = [
    {"display_name": "x"}, {"summary": "x"}, {"type_name": "python"}, {"payload_sha256": "x"}, {"timeout_seconds": 1},
    {"variables": []}, {"variables": [{"name": "a", "default": "1"}]}, {"variables": [{"name": "a", "default": True}]},
    {"files": []}, {"files": [("a", "", 3, "x", {"x": 1})]}, {"sites": {"mode": "specific", "values": []}},
    {"category": "x"}, {"version": "1"}, {"version": 2}, {"tags": ["x"]}, {"metadata": {"x": 1}}, {"extra": {}},
    {"envelope_extra": {"x": 1}},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_every_part_counts(change: dict[str, Any]) -> None:
    document = read(RICH)
    assert hash_from_parts(document, **change) != document.content_hash


def test_the_guid_the_shape_and_the_source_do_not_count() -> None:
    document = read(RICH)
    assert read(RICH | {"assembly_guid": None}).content_hash == document.content_hash
    assert read(envelope(RICH, source_repo="r", domain="user")).content_hash == document.content_hash


def test_a_number_that_a_database_respells_does_not_count() -> None:
    document = read(RICH)
    assert hash_from_parts(document, extra={"x": 1.0}) == hash_from_parts(document, extra={"x": 1})
    assert hash_from_parts(document, extra={"x": 1e22}) == hash_from_parts(document, extra={"x": 10**22})
    assert hash_from_parts(document, extra={"x": -0.0}) == hash_from_parts(document, extra={"x": 0})
