"""The list of jobs, and one job with its next times and what it ran."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assemblies.actions.permit import get_permit
from assemblies.admin.page import refusals_as_pages, render_page, sent_number
from assemblies.admin.runs.lines import place_names
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.errors import DevModeRequired, Forbidden, LibraryError
from assemblies.execution.reading import Sight
from assemblies.execution.targets import places_of
from assemblies.permissions import Place, Verb, may
from assemblies.schedules.due import next_times
from assemblies.schedules.errors import JobNotFound
from assemblies.schedules.jobs import delete_job, get_job, hide_occurrences, toggle_job
from assemblies.schedules.models import Job, OccurrenceStatus
from assemblies.schedules.reading import get_occurrence, job_lines, occurrence_lines
from assemblies.schedules.rerunning import rerun_occurrence
from assemblies.schedules.words import expiration_words
from assemblies.web.actors import actor_of
from assemblies.web.saving_jobs import saving_of
from devmode.actor import Actor

OCCURRENCES_PER_PAGE = 50
NEXT_TIMES = 5
TONES = {
    OccurrenceStatus.SUCCESS: "good",
    OccurrenceStatus.FAILED: "bad",
    OccurrenceStatus.TIMED_OUT: "bad",
    OccurrenceStatus.EXPIRED: "warning",
    OccurrenceStatus.SKIPPED: "warning",
    OccurrenceStatus.CANCELED: "deleted",
}


@require_safe
def schedules_page(request: HttpRequest) -> HttpResponse:
    rows = list(Job.objects.prefetch_related("components"))
    lines = [shown(line, "last_status") for line in job_lines(rows, Sight.of(actor_of(request)))]
    names = place_names(target for line in lines for target in line["targets"])
    lines = [line | {"places": [names[target] for target in line["targets"]]} for line in lines]
    return render_page(
        request, "library/schedules/list.html", title=_("Schedules"), lines=lines, may_save=may_save(request)
    )


@require_safe
def schedule_page(request: HttpRequest, job_id: int) -> HttpResponse:
    job = found(job_id)
    [line] = job_lines([job], Sight.of(actor_of(request)), with_last=False)
    rows = Paginator(job.occurrences.visible().select_related("job"), OCCURRENCES_PER_PAGE)
    page = rows.get_page(request.GET.get("page"))
    return render_page(
        request,
        "library/schedules/page.html",
        title=job.name,
        job=job,
        line=line,
        places=place_names(job.targets).values(),
        next_times=coming(job, timezone.now()),
        expiration=expiration_words(job.expiration),
        page=page,
        occurrences=[
            shown(one) | {"may_rerun": _may_rerun(actor_of(request), one)}
            for one in occurrence_lines(list(page.object_list))
        ],
        may_save=may_save(request),
    )


@require_POST
@refusals_as_pages
def schedule_toggle(request: HttpRequest, job_id: int) -> HttpResponseBase:
    enabled = request.POST.get("enabled") == "true"
    saving = saving_of(request, LibraryEvent.ENABLE_JOB if enabled else LibraryEvent.DISABLE_JOB)
    return _done(request, job_id, lambda: toggle_job(job_id, enabled=enabled, saving=saving))


@require_POST
@refusals_as_pages
def schedule_hide(request: HttpRequest, job_id: int) -> HttpResponseBase:
    saving = saving_of(request, LibraryEvent.HIDE_OCCURRENCES)
    return _done(request, job_id, lambda: hide_occurrences(job_id, saving))


@require_POST
@refusals_as_pages
def schedule_rerun(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Run what failed of an occurrence again, and go to the first of the new runs."""
    actor = actor_of(request)
    get_permit(actor, LibraryEvent.RUN, Place.DEVICES, verb=Verb.RUN)
    job = found(job_id)
    permit = get_permit(actor, LibraryEvent.RUN, *places_of(job.targets), verb=Verb.RUN)

    def again() -> None:
        row = get_occurrence(job, sent_number(request.POST, "occurrence"))
        rerun_occurrence(
            row,
            only_failed=True,
            permit=permit,
            store=payload_store(),
            confirm_count=sent_number(request.POST, "confirm_count"),
        )

    return _done(request, job_id, again)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_as_pages
def schedule_delete(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Ask first (GET), then delete (POST)."""
    only_looking = request.method != "POST"
    get_permit(actor_of(request), LibraryEvent.DELETE_JOB, Place.LIBRARY, verb=Verb.SCHEDULE, only_looking=only_looking)
    job = found(job_id)
    if only_looking:
        return render_page(request, "library/schedules/delete.html", title=_("Delete the job"), job=job)
    delete_job(job.pk, saving_of(request, LibraryEvent.DELETE_JOB))
    messages.success(request, _("“%(name)s” was deleted.") % {"name": job.name})
    return redirect("admin:schedules")


def found(job_id: int) -> Job:
    try:
        return get_job(job_id)
    except JobNotFound as error:
        raise Http404(error.message) from error


def _may_rerun(actor: Actor, line: dict[str, Any]) -> bool:
    has_failed = TONES.get(OccurrenceStatus(line["status"])) == "bad" and line["run_id"]
    return bool(has_failed) and all(may(actor, Verb.RUN, place) for place in places_of(line["targets"]))


def may_save(request: HttpRequest) -> bool:
    return may(actor_of(request), Verb.SCHEDULE, Place.LIBRARY)


def coming(job: Job, now: datetime) -> list[datetime]:
    """Return the next times of a job; of one that is disabled, or has a rule that cannot be read, none."""
    if not job.enabled:
        return []
    try:
        return next_times(job.rule, after=max(job.due_after, now), number=NEXT_TIMES)
    except LibraryError:
        return []


def shown(line: dict[str, Any], key: str = "status") -> dict[str, Any]:
    """Return a line with the words and the colour of its status, if it has one."""
    if line[key] is None:
        return line
    status = OccurrenceStatus(line[key])
    tone = TONES.get(status, "queued")
    return line | {"label": status.label, "tone": tone}


def _done(request: HttpRequest, job_id: int, verb: Callable[[], object]) -> HttpResponseBase:
    """Do it and go back to the job; what was refused is said there."""
    found(job_id)
    try:
        verb()
    except (Forbidden, DevModeRequired):
        raise
    except LibraryError as refusal:
        messages.error(request, refusal.message)
    return redirect("admin:schedule", job_id)
