"""One hash for everything a document means: equal documents have equal hashes, wherever they came from.

The GUID and the provenance take no part; payload and attachments take part by their SHA-256, so the hash can be
computed from stored rows without reading a file.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from assemblies.documents.canonical import canonical_json, with_plain_numbers
from assemblies.documents.shapes import SOURCE_KEYS


class AttachmentDigest(NamedTuple):
    """What the hash needs to know of one attachment."""

    file_name: str
    mime_type: str
    size: int
    sha256: str
    extra: Mapping[str, Any]


def content_hash_of(
    *,
    display_name: str,
    summary: str,
    type_name: str,
    payload_sha256: str,
    timeout_seconds: int,
    variables: list[dict[str, Any]],
    files: Iterable[AttachmentDigest | tuple[str, str, int, str, Mapping[str, Any]]],
    sites: Mapping[str, Any],
    category: str,
    version: Any,
    tags: list[Any] | dict[str, Any],
    metadata: Mapping[str, Any],
    extra: Mapping[str, Any],
    envelope_extra: Mapping[str, Any],
) -> str:
    """SHA-256 in hexadecimal digits. Files count in their order."""
    meaning = {
        "display_name": display_name,
        "summary": summary,
        "type": type_name,
        "payload": payload_sha256,
        "timeout_seconds": timeout_seconds,
        "variables": variables,
        "files": [(*file[:4], dict(file[4])) for file in files],
        "sites": dict(sites),
        "category": category,
        "version": version,
        "tags": tags,
        "metadata": {key: value for key, value in metadata.items() if key not in SOURCE_KEYS},
        "extra": dict(extra),
        "envelope_extra": dict(envelope_extra),
    }
    return hashlib.sha256(canonical_json(with_plain_numbers(meaning))).hexdigest()
