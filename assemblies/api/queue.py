"""The write queue: what the domain databases do not have yet, and the discarding of one such write."""

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.discard import discard
from assemblies.api.description import GUID
from assemblies.api.resource import AssemblyResource
from assemblies.api.responses import written_item
from assemblies.api.shapes.items import Status, WrittenItem
from assemblies.api.shapes.queue import PendingWriteLine, Queue
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import library_catalogue, pending_page
from assemblies.conf import payload_store
from assemblies.web.paging import PageQuery, page_head
from devmode.api.schema import described


class QueueViewSet(AssemblyResource):
    """Pending writes, oldest first."""

    @described(
        "List pending writes", operation_id="list_queue", query=PageQuery, answers={200: Queue}, refusals=(401, 503)
    )
    def list(self, request: Request) -> Response:
        wanted, snapshot = self.query(), library_catalogue().current()
        writes = pending_page(snapshot, offset=wanted["offset"], limit=wanted["limit"])
        head = page_head(request, wanted, len(snapshot.waiting))
        return Response(head | {"results": PendingWriteLine(writes, many=True).data})

    @described(
        "Discard a pending write",
        operation_id="discard_pending",
        answers={200: WrittenItem, 202: Status},
        parameters=(GUID,),
        refusals=(401, 403, 404, 412, 503, 507),
    )
    def destroy(self, request: Request, guid: str) -> HttpResponse | Response:
        """Give the assembly back what its domain database has, as a new revision."""
        change = self.authorize_change(guid, LibraryEvent.DISCARD, deleted_too=True)
        receipt = discard(change.entry.guid, permit=change.permit, store=payload_store())
        if receipt.content is None:
            return Response({"status": "discarded"}, status=202)
        return written_item(request, receipt)
