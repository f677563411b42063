"""The whole meaning of one assembly at one revision, as the journal keeps it.

Payload bytes are named by GUID and SHA-256, never held. `to_json` is canonical, so equal contents are equal texts,
and the same text stands in the journal, in the working copy and in the replica.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from assemblies.documents.canonical import canonical_json
from assemblies.domains import AssemblyType, Kind
from assemblies.payloads import PayloadReference


@dataclass(frozen=True, kw_only=True)
class AttachmentFacts:
    """An attachment: a label for people, and where its bytes are."""

    file_name: str
    mime_type: str
    payload_guid: str
    sha256: str
    size_bytes: int
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """What an assembly was cloned from, as it was then."""

    assembly_guid: str
    domain: str
    revision: int
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """Everything about one assembly but its GUID and domain. Times are ISO 8601 in UTC."""

    display_name: str
    summary: str
    type_name: str
    assembly_type: str
    category: str
    version: Any
    timeout_seconds: int
    variables: list[dict[str, Any]]
    files: list[AttachmentFacts]
    sites: dict[str, Any]
    tags: Any
    metadata: dict[str, Any]
    extra: dict[str, Any]
    envelope_extra: dict[str, Any]
    payload_guid: str
    payload_sha256: str
    payload_size_bytes: int
    payload_is_binary: bool
    content_hash: str
    cloned_from: Lineage | None
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str

    @property
    def kind(self) -> Kind:
        return AssemblyType(self.assembly_type).kind

    @property
    def payload(self) -> PayloadReference:
        """The script or graph."""
        return PayloadReference(self.payload_guid, self.payload_sha256, self.payload_size_bytes)

    @property
    def references(self) -> list[PayloadReference]:
        """Every payload this revision needs, the script or graph first."""
        files = (PayloadReference(file.payload_guid, file.sha256, file.size_bytes) for file in self.files)
        return [self.payload, *files]

    def to_json(self) -> str:
        return canonical_json(asdict(self)).decode()

    @classmethod
    def from_json(cls, text: str) -> "Content":
        facts: Mapping[str, Any] = json.loads(text)
        lineage = facts["cloned_from"]
        return cls(
            **{
                **facts,
                "files": [AttachmentFacts(**attachment) for attachment in facts["files"]],
                "cloned_from": Lineage(**lineage) if lineage else None,
            }
        )


def parse_time(text: str) -> datetime:
    """Read a time that `Content` keeps."""
    return datetime.fromisoformat(text)
