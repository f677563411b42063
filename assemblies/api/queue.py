"""The write queue: what the domain databases do not hold yet, and the discarding of one such write."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.discard import discard
from assemblies.api import schema
from assemblies.api.endpoint import AssemblyEndpoint
from assemblies.api.paging import PAGE_NAMES, PageOf
from assemblies.api.reading import Query
from assemblies.api.representing import written_item
from assemblies.api.writing import permitted
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import library_catalogue, pending_page
from assemblies.conf import payload_store
from assemblies.journal.pending import PendingWrite
from devmode.api.endpoint import PrivateEndpoint

DEFAULT_LIMIT = 100


class QueueView(PrivateEndpoint):
    """Pending writes, oldest first."""

    @schema.list_queue
    def get(self, request: Request) -> Response:
        part = PageOf.asked(Query(request, PAGE_NAMES), default=DEFAULT_LIMIT)
        snapshot = library_catalogue().current()
        writes = pending_page(snapshot, offset=part.offset, limit=part.limit)
        links = part.links(request, len(snapshot.waiting))
        return Response(links | {"results": [_represented(write) for write in writes]})


class PendingView(AssemblyEndpoint):
    """One pending write."""

    @schema.discard_pending
    def delete(self, request: Request, guid: str) -> HttpResponse | Response:
        intent = permitted(request, guid, LibraryEvent.DISCARD, deleted_too=True)
        receipt = discard(intent.entry.guid, permit=intent.permit, store=payload_store())
        if receipt.content is None:
            return Response({"status": "discarded"}, status=202)
        return written_item(request, receipt)


def _represented(write: PendingWrite) -> dict[str, Any]:
    return {
        "guid": write.guid,
        "domain": write.domain,
        "operation": write.operation,
        "revision": write.sequence,
        "actor": write.actor,
        "staged_at": write.staged_at,
        "attempts": write.attempts,
        "last_error": write.last_error,
    }
