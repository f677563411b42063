"""The list of assemblies, and the creation of one."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from assemblies.actions.create import create
from assemblies.actions.permit import get_permit
from assemblies.api import schema
from assemblies.api.actors import actor_of, is_administrator
from assemblies.api.conditions import not_modified, tagged
from assemblies.api.idempotency import event_guid
from assemblies.api.item_body import read_new, read_new_domain
from assemblies.api.paging import PAGE_NAMES, PageOf
from assemblies.api.reading import Query
from assemblies.api.rendering import joined, json_bytes
from assemblies.api.representing import json_answer, written_item
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import ORDERINGS, ListQuery, Page, Snapshot, find_page, library_catalogue
from assemblies.conf import payload_store
from assemblies.documents import document_flags
from assemblies.domains import AssemblyType, Kind, UpstreamState
from assemblies.errors import InvalidField
from devmode.api.endpoint import PrivateEndpoint

FILTERS = (
    "domain", "kind", "type", "category", "tag", "dirty", "upstream_state", "deleted", "q", "content", "ordering"
)  # fmt: skip
DEFAULT_LIMIT = 100


class ListView(PrivateEndpoint):
    """The library's assemblies."""

    @schema.list_items
    def get(self, request: Request) -> HttpResponse:
        query = Query(request, (*FILTERS, *PAGE_NAMES))
        part = PageOf.asked(query, default=DEFAULT_LIMIT)
        wanted = read_list_query(query, part)
        snapshot, administrator = library_catalogue().current(), is_administrator(request)
        etag = snapshot.etag(administrator)
        unchanged = not_modified(request, etag)
        return unchanged or tagged(_listed(request, snapshot, wanted, part, administrator), etag)

    @schema.create_item
    def post(self, request: Request) -> HttpResponse:
        actor = actor_of(request)
        sent, domain = read_new_domain(request.data)
        permit = get_permit(actor, LibraryEvent.CREATE, domain)
        document = read_new(sent)
        receipt = create(
            document, domain=domain, permit=permit, store=payload_store(), event_guid=event_guid(request, actor)
        )
        return written_item(request, receipt, status=201, flags=document_flags(document))


def read_list_query(query: Query, part: PageOf) -> ListQuery:
    """Return what to list. Raises InvalidField naming the parameter."""
    return ListQuery(
        domain=query.domain(),
        kind=query.choice("kind", Kind),
        type=query.choice("type", AssemblyType),
        category=query.text("category") or None,
        tag=query.text("tag") or None,
        dirty=query.flag("dirty"),
        upstream_state=query.choice("upstream_state", UpstreamState),
        deleted=query.flag("deleted") or False,
        q=query.text("q"),
        content=query.text("content"),
        ordering=_ordering(query.text("ordering", "display_name")),
        limit=part.limit,
        offset=part.offset,
    )


def _ordering(word: str) -> str:
    if word.removeprefix("-") not in ORDERINGS:
        raise InvalidField(f"This must be one of: {', '.join(ORDERINGS)}; - in front turns it round.", field="ordering")
    return word


def _listed(request: Request, snapshot: Snapshot, wanted: ListQuery, part: PageOf, administrator: bool) -> HttpResponse:
    page = find_page(snapshot, wanted)
    head = json_bytes(part.links(request, page.count))
    rows = b",".join(_rows(page, administrator, with_matches=bool(wanted.content)))
    return json_answer(b'%b,"results":[%b],"queue":%b}' % (head[:-1], rows, json_bytes(snapshot.queue)))


def _rows(page: Page, administrator: bool, *, with_matches: bool) -> list[bytes]:
    rows = [entry.json(administrator) for entry in page.entries]
    if not with_matches:
        return rows
    found: list[Any] = [page.matches.get(entry.guid, []) for entry in page.entries]
    return [joined(row, {"matches": matches}) for row, matches in zip(rows, found, strict=True)]
