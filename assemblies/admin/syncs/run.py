"""Synchronise the official catalogue, or undo the last sync after a page that says what that comes to; with progress.

The source is the settings' own; the outcome has a page of its own."""

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from assemblies.actions.permit import Permit, get_permit
from assemblies.admin.links_and_badges import official_address, record_address
from assemblies.admin.page import refusals_as_pages, render_page, sent_number
from assemblies.admin.progress import progress_answer
from assemblies.admin.syncs.plan import Allowances
from assemblies.admin.syncs.plan_lines import Line, lines_of_guids
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import Snapshot, library_catalogue
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import SourceUnreadable, SyncRefused
from assemblies.models import SyncRecord
from assemblies.official.open_source import open_source
from assemblies.official.sync import sync
from assemblies.official.undo import UndoReport, find_undoable, find_undoing, removes_most, undo_sync
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


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def undo_page(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    if request.method == "POST":
        permit = get_permit(actor, LibraryEvent.UNDO_SYNC, Domain.OFFICIAL)
        seen, meant = sent_number(request.POST, "record") or 0, request.POST.get("allow_mass_removal") == "yes"
        return progress_answer(request, lambda track: _undone(permit, seen, meant, track), back=official_address())
    permit = get_permit(actor, LibraryEvent.UNDO_SYNC, Domain.OFFICIAL, only_looking=True)
    report = undo_sync(permit=permit, store=payload_store(), dry_run=True)
    if report.record is None or report.undone_by is not None:
        return HttpResponseRedirect(official_address())
    return render_page(
        request,
        "library/syncs/undo.html",
        title=_("Undo the last sync"),
        report=report,
        removes_most=removes_most(report),
        sections=_sections(report, library_catalogue().current()),
    )


def _undone(permit: Permit, seen: int, allow_mass_removal: bool, track: Track) -> str:
    last = find_undoable()
    if last is not None and last.pk != seen:
        raise SyncRefused("This is not the last sync any more; look again.", reasons=[], skipped=[])
    report = undo_sync(permit=permit, store=payload_store(), allow_mass_removal=allow_mass_removal, track=track)
    record = find_undoing(report.record)
    return record_address(record) if record else official_address()


def _sections(report: UndoReport, snapshot: Snapshot) -> list[tuple[object, int, list[Line]]]:
    parts = (
        (_("Get back what they had before"), report.restored),
        (_("Removed again"), report.removed),
        (_("Changed since, left as they are"), report.left),
    )
    return [(title, len(guids), lines_of_guids(guids, snapshot)) for title, guids in parts if guids]
