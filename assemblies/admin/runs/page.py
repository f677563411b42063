"""One run: how it stands, its output as it comes, what happened, and what it pinned.

A browser that asks for the part that changes alone gets it without the frame, and 304 while nothing in it changed.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assemblies.actions.permit import get_permit
from assemblies.admin.page import is_for_script, live_answer, refusals_as_pages, render_page, sent_number, stream_of
from assemblies.admin.runs.lines import error_words, says_only_its_status, seconds_of, tone_of
from assemblies.admin.runs.output import rendered
from assemblies.admin.runs.work_items import device_context, node_context, output_labels
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.domains import ExitMeaning
from assemblies.errors import LibraryError
from assemblies.execution import reading
from assemblies.execution.control import cancel_run_for, permit_cancel
from assemblies.execution.errors import RunNotFound
from assemblies.execution.models import Manifest, Run, WorkItemAttempt
from assemblies.execution.printed import item_before, output_after
from assemblies.execution.reading import Sight, get_run, run_lines
from assemblies.execution.rerun import rerun
from assemblies.execution.states import EventType, Status
from assemblies.execution.targets import places_of
from assemblies.fleet.targets import resolve_target
from assemblies.permissions import Place, Verb, may
from assemblies.web.actors import actor_of

MAX_REASON_LENGTH = 500


@require_safe
@refusals_as_pages
def run_page(request: HttpRequest, run_id: str) -> HttpResponse:
    run = _found(run_id)
    if not is_for_script(request):
        context = _context(request, run) | _output(request, run, 0)
        return render_page(request, "library/runs/page.html", title=run.display_name, **context)
    return live_answer(request, "library/runs/live.html", _tag(request, run), lambda: _context(request, run))


@require_safe
@refusals_as_pages
def run_output(request: HttpRequest, run_id: str) -> HttpResponse:
    """Answer with the HTML of the output after a position: what the page appends."""
    run = _found(run_id)
    if not Sight.of(actor_of(request)).covers(run.targets):
        raise Http404
    since = request.GET.get("since", "0")
    if not (since.isascii() and since.isdecimal() and len(since) < 19):
        raise BadRequest("A position is a number.")
    part = _output(request, run, int(since))
    answer = HttpResponse(part["output"])
    answer["X-Output-Next"], answer["X-Output-Complete"] = str(part["next"]), str(int(part["is_complete"]))
    return answer


@require_POST
@refusals_as_pages
def run_cancel(request: HttpRequest, run_id: str) -> HttpResponse:
    run = _found(run_id)
    permit = permit_cancel(actor_of(request), run.actor)
    say_canceled(request, cancel_run_for(run, permit=permit, reason=reason_in(request)))
    return redirect("admin:run_page", run.run_id)


@require_POST
@refusals_as_pages
def run_again(request: HttpRequest, run_id: str) -> HttpResponse:
    """Submit the same again; where a credential is needed, or the values no longer fit, say so."""
    run = _found(run_id)
    permit = get_permit(
        actor_of(request), LibraryEvent.RUN, *places_of(run.targets), verb=Verb.RUN, guid=run.assembly_guid
    )
    try:
        again = rerun(
            run,
            permit=permit,
            run_id=str(uuid4()),
            store=payload_store(),
            only_failed=request.POST.get("only") == "failed",
            confirm_count=sent_number(request.POST, "confirm_count"),
            resolver=resolve_target,
        )
    except LibraryError as refusal:
        messages.error(request, refusal.message)
        return redirect("admin:run_page", run.run_id)
    return redirect("admin:run_page", again.run_id)


def reason_in(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:MAX_REASON_LENGTH]


def say_canceled(request: HttpRequest, happened: object) -> None:
    """Tell what a cancel came to: `happened` is what it canceled, nothing where all had ended."""
    if happened:
        messages.success(request, _("Canceled: what waited has ended, what runs ends as soon as none of it is left."))
    else:
        messages.info(request, _("It had ended already."))


def _found(run_id: str) -> Run:
    try:
        return get_run(run_id)
    except RunNotFound as error:
        raise Http404(error.message) from error


def _context(request: HttpRequest, run: Run) -> dict[str, Any]:
    actor = actor_of(request)
    sight = Sight.of(actor)
    told, status = sight.covers(run.targets), Status(run.status)
    [line] = run_lines([run], sight)
    line["items"] = [item | {"exit_words": _words_of(item["exit_meaning"])} for item in line["items"]]
    devices = device_context(line["items"])
    told_of = [item | {"last_error": _error_of(item)} for item in line["items"]]
    own = actor.name == run.actor
    manifest = Manifest.objects.get(run_id=run.run_id)
    return {
        "run": run,
        "stream": stream_of(f"run:{run.run_id}"),
        "line": line,
        "run_status": status,
        "tone": tone_of(status),
        "is_live": not status.is_terminal,
        "is_told": told,
        # What is said in a row of its own is not said above, too.
        "statuses": [] if len(devices["devices"]) > 1 else [(item, Status(item["status"])) for item in told_of],
        **devices,
        **node_context(run, told_of, is_told=told),
        "seconds": seconds_of(run.started_at, run.finished_at),
        "timeline": [event | {"words": EventType(event["event_type"]).label} for event in reading.timeline_of(run)],
        "attempts": list(WorkItemAttempt.objects.filter(run_id=run.run_id)) if told else [],
        "manifest": manifest,
        "frozen": json.loads(manifest.frozen_json) if told else {},
        "dropped": sum(item["output_dropped_bytes"] for item in line["items"]),
        "may_cancel": may(actor, Verb.RUN, Place.OWN) if own else may(actor, Verb.ADMINISTER, Place.LIBRARY),
        "may_run": all(may(actor, Verb.RUN, place) for place in places_of(run.targets)),
    }


def _error_of(item: Mapping[str, Any]) -> str:
    return "" if says_only_its_status(item) else error_words(item["last_error"])


def _words_of(meaning: str) -> Any:
    return ExitMeaning(meaning).label if meaning else ""


def _output(request: HttpRequest, run: Run, since: int) -> dict[str, Any]:
    if not Sight.of(actor_of(request)).covers(run.targets):
        return {"output": "", "next": 0, "is_complete": True}
    part = output_after(run, since)
    # Whose it is matters only where there is something: this is asked every second.
    labels = output_labels(run) if part.chunks else {}
    last = item_before(run, since) if labels and since else ""
    output = rendered(part.chunks, labels, last=last)
    return {"output": output, "next": part.next, "is_complete": part.is_complete}


def _tag(request: HttpRequest, run: Run) -> str:
    """Return a tag of all that the changing part is made of, but for ages, which the browser counts itself."""
    made_of = (
        run.status,
        reading.run_events(run).count(),
        actor_of(request),
        translation.get_language(),
        timezone.get_current_timezone_name(),
    )
    return f'"{sha256(repr(made_of).encode()).hexdigest()[:32]}"'
