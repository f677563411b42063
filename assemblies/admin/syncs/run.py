"""Synchronise the official catalogue from the settings' source, with progress; the outcome has a page of its own."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from assemblies.actions.permit import Permit, get_permit
from assemblies.admin.addresses import official_address, record_address
from assemblies.admin.page import refusals_as_pages
from assemblies.admin.progress import progress_answer
from assemblies.admin.syncs.allowances import Allowances
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import SourceUnreadable, SyncRefused
from assemblies.models import SyncRecord
from assemblies.official.open_source import open_source
from assemblies.official.sync import sync
from assemblies.progress import Track
from assemblies.web.actors import actor_of


@require_POST
@refusals_as_pages
def run_sync(request: HttpRequest) -> HttpResponseBase:
    permit = get_permit(actor_of(request), LibraryEvent.SYNC, Domain.OFFICIAL)
    allowed = Allowances.asked(request.POST)

    def work(track: Track) -> str:
        return _synchronised(permit, allowed, track)

    return progress_answer(request, work, back=official_address())


def _synchronised(permit: Permit, allowed: Allowances, track: Track) -> str:
    """Return the page of what came of it. A refusal has a record, too, unless there was no source to ask."""
    last = SyncRecord.objects.first()
    try:
        sync(open_source(), permit=permit, store=payload_store(), track=track, **allowed.arguments())
    except (SourceUnreadable, SyncRefused):
        record = _newer(last, permit.actor.name)
        if record is None:
            raise
        return record_address(record)
    record = _newer(last, permit.actor.name)
    return record_address(record) if record else f"{official_address()}?nothing-new"


def _newer(last: SyncRecord | None, actor_name: str) -> SyncRecord | None:
    return SyncRecord.objects.filter(pk__gt=last.pk if last else 0, actor=actor_name).first()
