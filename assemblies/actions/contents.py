"""Between documents and stored contents: what a document says, with its bytes in the payload store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from assemblies import documents
from assemblies.actions.staging import Staging
from assemblies.documents import Document
from assemblies.models import Assembly, AttachmentFacts, Content
from assemblies.payloads import PayloadStore

# Reads as an empty script and as an empty graph alike.
NO_PAYLOAD = b"{}"


def content_of(document: Document, staging: Staging, *, before: Content | None = None) -> Content:
    """Make the document's bytes durable and return its content, without times and names yet: `settled` adds them.

    `before` is the assembly's last revision, whose payloads are used again where the bytes are the same.
    """
    payload = staging.put(document.payload, before=before)
    content = Content(
        display_name=document.display_name,
        summary=document.summary,
        type_name=document.type_name,
        assembly_type=str(document.assembly_type),
        category=document.category,
        version=document.version,
        timeout_seconds=document.timeout_seconds,
        variables=document.variables,
        files=[_attachment_facts(attachment, staging, before) for attachment in document.files],
        sites=document.sites,
        tags=document.tags,
        metadata=document.metadata,
        extra=document.extra,
        envelope_extra=document.envelope_extra,
        payload_guid=payload.guid,
        payload_sha256=payload.sha256,
        payload_size_bytes=payload.size_bytes,
        payload_is_binary=not is_text(document.payload),
        content_hash="",
        cloned_from=None,
        created_at="",
        created_by="",
        updated_at="",
        updated_by="",
    )
    return hashed(content)


def _attachment_facts(attachment: documents.Attachment, staging: Staging, before: Content | None) -> AttachmentFacts:
    reference = staging.put(attachment.data, before=before)
    return AttachmentFacts(
        file_name=attachment.file_name,
        mime_type=attachment.mime_type,
        payload_guid=reference.guid,
        sha256=reference.sha256,
        size_bytes=reference.size_bytes,
        extra=attachment.extra,
    )


def settled(content: Content, row: Assembly | None, *, actor_name: str, now: datetime) -> Content:
    """Return `content` with its times, names and lineage, as the next revision of `row`."""
    before = row.read_content() if row else None
    return replace(
        content,
        created_at=before.created_at if before else now.isoformat(),
        created_by=before.created_by if before else actor_name,
        updated_at=now.isoformat(),
        updated_by=actor_name,
        cloned_from=content.cloned_from or (before.cloned_from if before else None),
    )


def hashed(content: Content) -> Content:
    """Return `content` with the hash of its meaning."""
    return replace(
        content,
        content_hash=documents.content_hash_of(
            display_name=content.display_name,
            summary=content.summary,
            type_name=content.type_name,
            payload_sha256=content.payload_sha256,
            timeout_seconds=content.timeout_seconds,
            variables=content.variables,
            files=[(f.file_name, f.mime_type, f.size_bytes, f.sha256, f.extra) for f in content.files],
            sites=content.sites,
            category=content.category,
            version=content.version,
            tags=content.tags,
            metadata=content.metadata,
            extra=content.extra,
            envelope_extra=content.envelope_extra,
        ),
    )


def document_of(guid: str, content: Content, store: PayloadStore) -> Document:
    """Read the payloads back and return the whole document. Raises PayloadMissing, PayloadCorrupt."""
    payload, *files = (store.read(reference) for reference in content.references)
    return replace(
        outline_of(guid, content, payload),
        timeout_seconds=content.timeout_seconds,
        files=[_attachment(facts, data) for facts, data in zip(content.files, files, strict=True)],
        sites=content.sites,
        version=content.version,
        tags=content.tags,
        metadata=content.metadata,
        extra=content.extra,
        envelope_extra=content.envelope_extra,
    )


def _attachment(facts: AttachmentFacts, data: bytes) -> documents.Attachment:
    return documents.Attachment(file_name=facts.file_name, mime_type=facts.mime_type, data=data, extra=facts.extra)


def outline_of(guid: str | None, content: Content, payload: bytes) -> Document:
    """Return the document without the bytes of its files: enough to name it and to look for hidden characters."""
    return Document(
        guid=guid,
        display_name=content.display_name,
        summary=content.summary,
        type_name=content.type_name,
        payload=payload,
        category=content.category,
        variables=content.variables,
        files=[documents.Attachment(facts.file_name, facts.mime_type, b"") for facts in content.files],
    )


def text_of(payload: bytes) -> str | None:
    """Return a payload as text, or None when it is not UTF-8 text."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def is_text(payload: bytes) -> bool:
    return text_of(payload) is not None


def search_text_of(content: Content, payload: bytes) -> str:
    """Return what searching inside an assembly looks through. PostgreSQL keeps no NUL in text."""
    return documents.searchable_text(content.kind, payload).replace("\0", "")


def flags_of(guid: str, content: Content, store: PayloadStore) -> Sequence[dict[str, Any]]:
    """Return the hidden characters of a stored script."""
    text = text_of(store.read(content.payload))
    return documents.find_hidden_characters("script", text) if text else []
