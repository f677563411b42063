"""Texts that many contents have in common are kept once, and nothing that a content says changes."""

import json
from typing import Any

from assemblies.catalogue.entry import MAX_SHARED_CHARACTERS, shared
from assemblies.models import Content

TEXT: dict[str, Any] = {
    "assembly_type": "bash", "category": "script", "cloned_from": None, "content_hash": "c" * 64,
    "created_at": "2026-11-30T16:28:26.195691+00:00", "created_by": "user:ada", "display_name": "Disk",
    "envelope_extra": {}, "extra": {"notes": ["kept", 1, None, {"deep": "word"}]}, "files": [],
    "metadata": {"source_path": "a/b.json", "long": "x" * (MAX_SHARED_CHARACTERS + 1)}, "payload_guid": "a" * 36,
    "payload_is_binary": False, "payload_sha256": "b" * 64, "payload_size_bytes": 5,
    "sites": {"mode": "all", "values": []}, "summary": "Tells how full it is.", "tags": ["disk"],
    "timeout_seconds": 600, "type_name": "bash", "updated_at": "2026-11-30T16:28:26.195691+00:00",
    "updated_by": "user:ada", "variables": [{"name": "PATH", "default": 1.5}], "version": 1,
}  # fmt: skip


def read() -> Content:
    return shared(Content.from_json(json.dumps(TEXT)))


def test_a_content_says_the_same() -> None:
    assert read() == Content.from_json(json.dumps(TEXT))
    assert json.loads(read().to_json()) == TEXT


def test_two_contents_have_the_words_they_share_once() -> None:
    one, other = read(), read()
    assert one.created_at is other.updated_at
    assert one.metadata["source_path"] is other.metadata["source_path"]
    assert next(iter(one.variables[0])) is next(iter(other.variables[0]))
    assert one.metadata["long"] is not other.metadata["long"]
