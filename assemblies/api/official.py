"""The official catalogue: synchronise it, and read what came of each sync.

Where the source is comes from settings alone; a request says nothing about it. Everybody may know when the catalogue
was brought to which version, for they run what stands on it; where from, by whom and why not is for administrators.
"""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from assemblies.actions.permit import get_permit
from assemblies.api import schema
from assemblies.api.actors import actor_of, is_administrator
from assemblies.api.paging import PAGE_NAMES, PageOf
from assemblies.api.reading import Query, read_flag, read_object
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.models import SyncRecord
from assemblies.official.open_source import open_source
from assemblies.official.sync import sync
from devmode.api.endpoint import PrivateEndpoint

DEFAULT_LIMIT = 50


class OfficialSyncView(PrivateEndpoint):
    """Bring the official catalogue to what its source publishes."""

    @schema.sync_official
    def post(self, request: Request) -> Response:
        permit = get_permit(actor_of(request), LibraryEvent.SYNC, Domain.OFFICIAL)
        dry_run = read_flag(read_object(request.data, ("dry_run",)).get("dry_run", False), "dry_run")
        return Response(sync(open_source(), permit=permit, store=payload_store(), dry_run=dry_run).json())


class OfficialSyncsView(PrivateEndpoint):
    """What came of each sync, newest first."""

    @schema.list_syncs
    def get(self, request: Request) -> Response:
        part = PageOf.asked(Query(request, PAGE_NAMES), default=DEFAULT_LIMIT)
        records = SyncRecord.objects.select_related("undone_by")
        administrator = is_administrator(request)
        page = records[part.offset : part.offset + part.limit]
        results = [sync_facts(record, administrator=administrator) for record in page]
        return Response(part.links(request, records.count()) | {"results": results})


def sync_facts(record: SyncRecord, *, administrator: bool) -> dict[str, Any]:
    """Return a record in the words of the API."""
    undone_by = getattr(record, "undone_by", None)
    facts = {
        "id": record.pk,
        "recorded_at": record.recorded_at,
        "outcome": record.outcome,
        "source_version": record.source_version,
        "previous_version": record.previous_version,
        "counts": record.counts,
        "duration_seconds": record.duration_seconds,
        "plan_digest": record.plan_digest,
        "first_revision": record.first_sequence,
        "last_revision": record.last_sequence,
        "undo_of": record.undo_of_id,
        "undone_by": undone_by.pk if undone_by else None,
    }
    if not administrator:
        return facts
    return facts | {"actor": record.actor, "source": record.source, "reasons": record.reasons}
