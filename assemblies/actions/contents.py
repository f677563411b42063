"""The content that a document becomes: its facts, with its bytes in the payload store."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from assemblies import documents
from assemblies.actions.staging import Staging
from assemblies.conf import max_script_bytes
from assemblies.documents import Document
from assemblies.domains import AssemblyType
from assemblies.models import Assembly, AttachmentFacts, Content
from assemblies.payloads import PayloadReference
from assemblies.revisions.document import search_text_of


def content_of(document: Document, staging: Staging, *, before: Content | None = None) -> Content:
    """Make the document's bytes durable and return its content, without times and names yet: `stamped` adds them.

    `before` is the assembly's last revision, whose payloads are used again where the bytes are the same.
    """
    documents.check_script_size(document.payload, max_script_bytes())
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
        payload_is_binary=documents.decode_text(document.payload) is None,
        content_hash="",
        cloned_from=None,
        created_at="",
        created_by="",
        updated_at="",
        updated_by="",
    )
    return with_content_hash(content)


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


def edited(
    content: Content, fields: Mapping[str, Any], reference: PayloadReference | None, payload: bytes | None
) -> Content:
    """Return a content with other values of these fields and, if given, another payload. Its hash stays."""
    changes = documents.folded_into_extra(fields, content.extra)
    if reference is not None and payload is not None:
        changes |= {
            "payload_guid": reference.guid,
            "payload_sha256": reference.sha256,
            "payload_size_bytes": reference.size_bytes,
            "payload_is_binary": documents.decode_text(payload) is None,
        }
    type_name = changes.get("type_name", content.type_name)
    return replace(content, **changes, assembly_type=str(documents.get_assembly_type(type_name)))


def inheriting(content: Content, row: Assembly | None) -> Content:
    """Return a document's content with what no document says: the later keys of the revision before it.

    A file keeps its own as long as it has the same name and bytes.
    """
    before = row.read_content() if row else None
    if before is None:
        return content
    known = {(facts.file_name, facts.payload_guid): facts.later_keys for facts in before.files}
    files = [replace(facts, **known.get((facts.file_name, facts.payload_guid), {})) for facts in content.files]
    return replace(content, files=files, **before.later_keys)


def stamped(content: Content, row: Assembly | None, *, actor_name: str, now: datetime) -> Content:
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


def with_content_hash(content: Content) -> Content:
    """Return `content` with the hash of its meaning. Raises DocumentTooLarge."""
    _check_facts_size(content)
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


def _check_facts_size(content: Content) -> None:
    files = [(facts.file_name, facts.mime_type, facts.extra) for facts in content.files]
    facts = [content.display_name, content.summary, content.variables, files, content.sites, content.tags]
    documents.check_facts_size([*facts, content.metadata, content.extra, content.envelope_extra], max_script_bytes())


def is_flagged(content: Content, search_text: str) -> bool:
    """Say whether names hide something, or the first line keeps a script from starting. Quick: for the transaction."""
    labels = documents.labels_of(
        display_name=content.display_name,
        summary=content.summary,
        category=content.category,
        tags=content.tags,
        variables=content.variables,
        file_names=[facts.file_name for facts in content.files],
    )
    first_line = documents.first_line_findings(AssemblyType(content.assembly_type), search_text)
    return bool(first_line) or any(documents.label_findings(labels))


def derived_columns(content: Content, payload: bytes) -> dict[str, Any]:
    """Return the columns of the working copy that follow from the payload's bytes and the content."""
    text = search_text_of(content, payload)
    script_flagged = is_script_flagged(text)
    return {
        "search_text": text,
        "folded_text": folded_text_of(text),
        "is_script_flagged": script_flagged,
        "is_flagged": script_flagged or is_flagged(content, text),
    }


def is_script_flagged(text: str) -> bool:
    """Say whether a payload's text contains hidden characters."""
    return bool(documents.find_hidden_characters("script", text))


def folded_text_of(text: str) -> str:
    """Return a payload's text as it is searched; empty where that is the text itself."""
    return "" if text.isascii() else documents.folded(text)
