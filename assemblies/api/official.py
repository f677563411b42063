"""The official catalogue: synchronise it, and read what came of each sync.

Where the source is comes from settings alone; a request says nothing about it. Everybody may know when the official
catalogue was brought to which version, for they run what is in it; where from, by whom and why not is for
administrators.
"""

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.permit import get_permit
from assemblies.api.resource import LibraryResource
from assemblies.api.shapes.official import SyncBody, SyncLine, SyncList, SyncReport
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.models import SyncRecord
from assemblies.official.sync import sync
from assemblies.web.actors import actor_of, is_administrator
from assemblies.web.paging import ShortPageQuery, page_head, part_of
from devmode.api.schema import described


class OfficialViewSet(LibraryResource):
    """The official catalogue and its source."""

    @described(
        "Synchronise the official catalogue",
        operation_id="sync_official",
        body=SyncBody,
        answers={200: SyncReport},
        refusals=(401, 403, 409, 412, 413, 415, 503, 507),
    )
    @action(detail=False, methods=["post"], url_path="sync", url_name="sync")
    def synchronise(self, request: Request) -> Response:
        """Bring the official catalogue to what its source publishes."""
        permit = get_permit(actor_of(request), LibraryEvent.SYNC, Domain.OFFICIAL)
        # Late, for what reads git and files of databases: a server that synchronises nothing needs none of it.
        from assemblies.official.open_source import open_source

        report = sync(open_source(), permit=permit, store=payload_store(), dry_run=self.body()["dry_run"])
        return Response(report.json())

    @described(
        "List official syncs",
        operation_id="list_official_syncs",
        query=ShortPageQuery,
        answers={200: SyncList},
        refusals=(401, 503),
    )
    @action(detail=False, url_path="syncs", url_name="syncs")
    def records(self, request: Request) -> Response:
        """Tell what came of each sync, newest first."""
        wanted, records = self.query(), SyncRecord.objects.select_related("undone_by")
        context = {"administrator": is_administrator(request)}
        results = SyncLine(part_of(records, wanted), many=True, context=context).data
        return Response(page_head(request, wanted, records.count()) | {"results": results})
