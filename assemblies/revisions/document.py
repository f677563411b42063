"""The document that a revision is: its content, with its bytes from the payload store. Reading only."""

from dataclasses import replace

from assemblies import documents
from assemblies.documents import Document
from assemblies.models import AttachmentFacts, Content
from assemblies.payloads import PayloadStore

# Reads as an empty script and as an empty graph alike.
NO_PAYLOAD = b"{}"


def document_of(guid: str, content: Content, store: PayloadStore) -> Document:
    """Read the payloads back and return the whole document. Raises PayloadMissing, PayloadCorrupt."""
    payload, *files = (store.read(reference) for reference in content.references)
    return replace(
        outline_of(guid, content, payload),
        timeout_seconds=content.timeout_seconds,
        files=[_attachment(facts, data) for facts, data in zip(content.files, files, strict=True)],
        sites=content.sites,
        version=content.version,
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
        tags=content.tags,
        files=[documents.Attachment(facts.file_name, facts.mime_type, b"") for facts in content.files],
    )


def search_text_of(content: Content, payload: bytes) -> str:
    """Return what searching inside an assembly looks through. PostgreSQL keeps no NUL in text."""
    return documents.searchable_text(content.kind, payload).replace("\0", "")
