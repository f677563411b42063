"""Answers: items in the catalogue's ready-made JSON, and bytes as attachments, every one verified before it leaves."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from assemblies.actions.change import Receipt
from assemblies.api.request_headers import not_modified, tagged
from assemblies.catalogue import CatalogueEntry, ListParameters, Snapshot, find_list, library_catalogue
from assemblies.catalogue.search import Line, Search
from assemblies.catalogue.texts import texts_of
from assemblies.domains import Domain
from assemblies.models.content import parse_time
from assemblies.payloads import PayloadReference, PayloadStore
from assemblies.web.actors import is_administrator
from assemblies.web.paging import page_head
from assemblies.web.rendering import PiecedResponse, joined, json_bytes

MATCHES_PER_ASSEMBLY = 20
MATCH_CHARACTERS = 240


def json_answer(body: bytes, *, status: int = 200) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json")


def written_item(
    request: Request,
    receipt: Receipt,
    *,
    status: int = 200,
    flags: Sequence[dict[str, Any]] | None = None,
    **extras: Any,
) -> HttpResponse:
    """Answer a change with the item as the change left it; `flags` are the hidden characters in what was sent.

    No payload is read, so a change that was made is never answered with an error.
    """
    administrator = is_administrator(request)
    entry = _entry_of(receipt)
    extras |= {} if flags is None else {"flags": list(flags)}
    answer = json_answer(joined(entry.json(administrator), extras), status=status)
    if status == 201:
        answer["Location"] = request.build_absolute_uri(reverse("api-assembly-detail", kwargs={"guid": receipt.guid}))
    return tagged(answer, entry.etag(administrator))


def list_answer(
    request: Request, snapshot: Snapshot, wanted: Mapping[str, Any], *, administrator: bool
) -> HttpResponse:
    """Answer with the part of a snapshot that the values of an ItemQuery ask for."""
    found = find_list(snapshot, ListParameters(**wanted))
    head = b'%b,"results":[' % json_bytes(page_head(request, wanted, found.count))[:-1]
    if content := wanted.get("content"):
        lines = found.lines(Search.of_text(content), most=MATCHES_PER_ASSEMBLY)
        rows = (
            joined(one.json(administrator), {"matches": _matches(lines.get(one.guid, []))}) for one in found.entries
        )
        texts = [b"".join(b",%b" % row for row in rows)]
    else:
        texts = texts_of(snapshot, found.entries, administrator=administrator)
    texts[0] = head + texts[0].removeprefix(b",")
    tail = b'],"queue":%b}' % json_bytes(snapshot.queue)
    return PiecedResponse([*texts, tail], content_type="application/json")


def _matches(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [{"line": line.number, "text": line.text[:MATCH_CHARACTERS]} for line in lines]


def _entry_of(receipt: Receipt) -> CatalogueEntry:
    """Return the catalogue's entry, or one made of the receipt: when the next writer was quicker than this answer, or
    where the catalogue could add nothing to what the receipt says."""
    if receipt.content is None or not _says_all(receipt):
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


def _says_all(receipt: Receipt) -> bool:
    """Say whether an assembly has no past, no original and no source that it could be compared with."""
    is_new = receipt.changed and receipt.first
    return is_new and receipt.domain is not Domain.OFFICIAL and not (receipt.content and receipt.content.cloned_from)


def download(request: Request, reference: PayloadReference, file_name: str, store: PayloadStore) -> HttpResponseBase:
    """Answer with a payload; its SHA-256 is the entity tag. Raises PayloadMissing, PayloadCorrupt."""
    etag = f'"{reference.sha256}"'
    if unchanged := not_modified(request, etag):
        return unchanged
    answer = as_attachment(StreamingHttpResponse(store.stream(reference)), file_name)
    answer["Content-Length"] = str(reference.size_bytes)
    return tagged(answer, etag)


def as_attachment(
    answer: HttpResponse | StreamingHttpResponse, file_name: str, content_type: str = "application/octet-stream"
) -> HttpResponseBase:
    """Let a browser save the answer under a label, whatever characters that has."""
    answer["Content-Type"] = content_type
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
