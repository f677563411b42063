"""A document as the library knows it, whatever shape it was written in."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from assemblies.documents.attachments import Attachment
from assemblies.documents.content_hash import AttachmentDigest, content_hash_of
from assemblies.documents.fields import DEFAULT_TIMEOUT_SECONDS, DEFAULT_VERSION, default_sites
from assemblies.documents.kinds import get_assembly_type
from assemblies.documents.run_fields import HowToRun
from assemblies.domains import AssemblyType, Kind


class Style(StrEnum):
    """A shape documents are written in."""

    AUTHORING = "authoring"
    LEGACY = "legacy"
    ENVELOPE = "envelope"


@dataclass(frozen=True)
class EnvelopeFacts:
    """What the library says of an assembly in its envelope; a fact that is None is left out."""

    domain: str | None = None
    payload_guid: str | None = None
    content_hash: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


@dataclass(frozen=True)
class Document(HowToRun):
    """Everything a document says. `payload` is the exact script, or the canonical graph of a workflow.

    `type_name` is the type as written; `extra` and `envelope_extra` hold the unknown keys of the document and of the
    envelope around it; `flags` are the hidden characters found in it, derived and therefore no part of equality;
    `aliases` are the names under which its source knows it; `is_repeated` where it says nothing new;
    `is_described` where the source says more of it than its bytes do.
    """

    guid: str | None
    display_name: str
    type_name: str
    payload: bytes
    category: str
    summary: str = ""
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS
    variables: list[dict[str, Any]] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    sites: dict[str, Any] = field(default_factory=default_sites)
    version: int | float | str = DEFAULT_VERSION
    tags: list[Any] | dict[str, Any] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    envelope_extra: dict[str, Any] = field(default_factory=dict)
    flags: list[dict[str, Any]] = field(default_factory=list, compare=False)
    aliases: tuple[str, ...] = field(default=(), compare=False)
    is_repeated: bool = field(default=False, compare=False)
    is_described: bool = field(default=False, compare=False)

    @property
    def assembly_type(self) -> AssemblyType:
        return get_assembly_type(self.type_name)

    @property
    def kind(self) -> Kind:
        return self.assembly_type.kind

    @property
    def payload_sha256(self) -> str:
        return hashlib.sha256(self.payload).hexdigest()

    @property
    def content_hash(self) -> str:
        return content_hash_of(
            display_name=self.display_name,
            summary=self.summary,
            type_name=self.type_name,
            payload_sha256=self.payload_sha256,
            timeout_seconds=self.timeout_seconds,
            variables=self.variables,
            files=[AttachmentDigest(f.file_name, f.mime_type, f.size, f.sha256, f.extra) for f in self.files],
            sites=self.sites,
            category=self.category,
            version=self.version,
            tags=self.tags,
            metadata=self.metadata,
            extra=self.extra,
            envelope_extra=self.envelope_extra,
        )
