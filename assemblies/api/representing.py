"""Items out: the catalogue's ready-made JSON, with what one item shows and a list does not."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from assemblies import documents
from assemblies.actions.change import Receipt
from assemblies.api.actors import is_administrator
from assemblies.api.conditions import tagged
from assemblies.api.rendering import joined
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.documents import decode_text
from assemblies.models import Content
from assemblies.models.content import parse_time
from assemblies.payloads import PayloadStore
from assemblies.revisions.document import NO_PAYLOAD, outline_of


def json_answer(body: bytes, *, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json")


def written_item(
    request: Request, receipt: Receipt, *, status: int = 200, flags: Sequence[dict[str, Any]] | None = None
) -> HttpResponse:
    """Answer a change with the item as the change left it; `flags` are the hidden characters in what was sent.

    No payload is read, so a change that was made is never answered with an error.
    """
    administrator = is_administrator(request)
    entry = _entry_of(receipt)
    extras = {} if flags is None else {"flags": list(flags)}
    answer = json_answer(joined(entry.json(administrator), extras), status=status)
    if status == 201:
        answer["Location"] = request.build_absolute_uri(f"/api/assemblies/{receipt.guid}")
    return tagged(answer, entry.etag(administrator))


def _entry_of(receipt: Receipt) -> CatalogueEntry:
    """Return the catalogue's entry, or one made of the receipt when the next writer was quicker than this answer."""
    entry = library_catalogue().current().entries[receipt.guid]
    if entry.revision == receipt.revision or receipt.content is None:
        return entry
    return CatalogueEntry(
        guid=receipt.guid,
        domain=receipt.domain,
        revision=receipt.revision,
        content=receipt.content,
        dirty_since=parse_time(receipt.content.updated_at),
    )


def detail_of(content: Content, payload: bytes) -> dict[str, Any]:
    """Return what an item shows beyond its line in a list."""
    return {
        "payload": None if content.payload_is_binary else decode_text(payload),
        "payload_is_binary": content.payload_is_binary,
        "variables": content.variables,
        "files": files_of(content),
        "sites": content.sites,
        "timeout_seconds": content.timeout_seconds,
        "flags": flags_of(content, payload),
    }


def files_of(content: Content) -> list[dict[str, Any]]:
    return [
        {
            "file_name": facts.file_name,
            "mime_type": facts.mime_type,
            "size_bytes": facts.size_bytes,
            "sha256": facts.sha256,
        }
        for facts in content.files
    ]


def read_payload(content: Content, store: PayloadStore) -> bytes:
    """Return the script or graph. Raises PayloadMissing, PayloadCorrupt."""
    return store.read(content.payload)


def flags_of(content: Content, payload: bytes | None) -> list[dict[str, Any]]:
    """Return the hidden characters of an assembly's texts; those of its payload where that is given."""
    return documents.document_flags(outline_of(None, content, NO_PAYLOAD if payload is None else payload))
