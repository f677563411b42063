"""The whole meaning of one assembly at one revision, as the journal keeps it.

Payload bytes are named by GUID and SHA-256, never held. `to_json` is canonical, so equal contents are equal texts,
and the same text stands in the journal, in the working copy and in the replica.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from assemblies.documents.canonical import canonical_json
from assemblies.documents.run_fields import HowToRun
from assemblies.domains import AssemblyType, Kind
from assemblies.models.versioned import Versioned
from assemblies.payloads import PayloadReference


@dataclass(frozen=True, kw_only=True)
class AttachmentFacts(Versioned):
    """An attachment: a label for people, and where its bytes are."""

    file_name: str
    mime_type: str
    payload_guid: str
    sha256: str
    size_bytes: int
    extra: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Lineage(Versioned):
    """What an assembly was cloned from, as it was then."""

    assembly_guid: str
    domain: str
    revision: int
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class Content(HowToRun, Versioned):
    """Everything about one assembly but its GUID and domain. Times are ISO 8601 in UTC.

    Its texts are under the journal's hashes and never change. Rules for changing this type, `AttachmentFacts` or
    `Lineage`:

    - A key is never removed or renamed, and never gets another type or meaning. A new meaning is a new key.
    - A new key is a field with a default, which the text lacks while it has it. Nothing may need it to be there.
    - What documents say is no new key. It is in the fields of the first release, or in `extra` and `envelope_extra`,
      and stays there when a later release learns what it means: there every release hashes and exports it.
    - A new key is therefore something more that the library knows. It takes no part in `content_hash` and is in no
      document. Releases that do not know it keep it through edits, imports and copies, and a revert brings back what
      that revision said. They change the content next to it, too: whatever vouches for a content must name the
      `content_hash` it vouches for.
    - Payloads are named in `payload_guid` and in `files` only. An earlier release sweeps away, and leaves out of a
      mirror, what is named in a key that it does not know.
    """

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
        """Return the canonical text; of a content that was read, the very text it was read from."""
        facts = self.as_json()
        facts["files"] = [attachment.as_json() for attachment in self.files]
        facts["cloned_from"] = self.cloned_from.as_json() if self.cloned_from else None
        return canonical_json(facts).decode()

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a text of any release. Raises AttributeError, KeyError, TypeError or ValueError for any other."""
        facts: dict[str, Any] = json.loads(text)
        lineage = facts["cloned_from"]
        facts["files"] = [AttachmentFacts.of_json(attachment) for attachment in facts["files"]]
        facts["cloned_from"] = Lineage.of_json(lineage) if lineage else None
        return cls.of_json(facts)


def parse_time(text: str) -> datetime:
    """Read a time that `Content` keeps."""
    return datetime.fromisoformat(text)
