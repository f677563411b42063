"""Jobs and occurrences as REST, commands and pages tell of them; older clients read `id` and times in seconds."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import OuterRef, Subquery

from assemblies.catalogue import library_catalogue
from assemblies.execution.local import SERVER
from assemblies.execution.models import Run
from assemblies.execution.reading import Sight, run_lines
from assemblies.fleet.targets import hostnames_of
from assemblies.schedules.errors import NothingRan, OccurrenceNotFound
from assemblies.schedules.following import Outcome, outcomes_of
from assemblies.schedules.models import Component, Job, Occurrence, OccurrenceStatus
from assemblies.schedules.rules import MAX_START
from assemblies.schedules.words import rule_words

# A list has the newest of them.
MAX_OCCURRENCES = 1000
# What older clients show of a run on a device.
JOB_STATUSES = {
    "Queued": OccurrenceStatus.PENDING,
    "Assigned": OccurrenceStatus.PENDING,
    "RetryScheduled": OccurrenceStatus.PENDING,
    "Dispatched": OccurrenceStatus.RUNNING,
    "Running": OccurrenceStatus.RUNNING,
    "Stalled": OccurrenceStatus.RUNNING,
    "Completed": OccurrenceStatus.SUCCESS,
    "Failed": OccurrenceStatus.FAILED,
    "TimedOut": OccurrenceStatus.TIMED_OUT,
    "Canceled": OccurrenceStatus.CANCELED,
}


def job_lines(jobs: Collection[Job], sight: Sight, *, with_last: bool = True) -> list[dict[str, Any]]:
    """Return jobs with their components and their last occurrence; values of variables to those who see runs."""
    last = last_occurrences([job.pk for job in jobs]) if with_last else {}
    outcomes = outcomes_of(list(last.values()))
    return [_job_line(job, sight, last.get(job.pk), outcomes) for job in jobs]


def last_occurrences(job_ids: Collection[int]) -> dict[int, Occurrence]:
    """Return the newest visible occurrence of each job."""
    visible = Occurrence.objects.visible().order_by("-scheduled_at", "-id")
    newest = visible.filter(job_id=OuterRef("pk")).values("pk")[:1]
    ids = (
        Job.objects.filter(pk__in=job_ids).order_by().annotate(newest=Subquery(newest)).values_list("newest", flat=True)
    )
    return {row.job_id: row for row in Occurrence.objects.filter(pk__in=list(ids)).select_related("job")}


def _job_line(job: Job, sight: Sight, last: Occurrence | None, outcomes: dict[int, Outcome]) -> dict[str, Any]:
    told = sight.covers(job.targets)
    return {
        "id": job.pk,
        "name": job.name,
        "components": [component_line(one, told=told) for one in job.components.all()],
        "targets": job.targets,
        "schedule": schedule_line(job),
        "expiration": job.expiration,
        "execution_context": job.execution_context,
        "misfire": job.misfire,
        "overlap": job.overlap,
        "enabled": job.enabled,
        "disabled_reason": job.disabled_reason,
        "next_run_at": job.next_at if job.enabled else None,
        "next_run_ts": seconds(job.next_at) if job.enabled else None,
        "last_run_at": last.scheduled_at if last else None,
        "last_run_ts": seconds(last.scheduled_at) if last else None,
        "last_status": outcomes[last.pk].status.value if last else None,
        "revision": job.revision,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "updated_by": job.editor_name,
    }


def schedule_line(job: Job) -> dict[str, Any]:
    facts: dict[str, Any] = {"type": job.schedule_type, "start": job.start_at, "start_ts": seconds(job.start_at)}
    if job.cron:
        facts |= {"cron": job.cron, "zone": job.zone}
    return facts | {"words": rule_words(job.rule)}


def component_line(component: Component, *, told: bool) -> dict[str, Any]:
    entry = library_catalogue().current().entries.get(component.assembly_guid)
    return {
        "assembly_guid": component.assembly_guid,
        "name": entry.content.display_name if entry else "",
        "path": component.given_name,
        "variables": component.variables if told else {},
        "content_hashes": component.pinned,
    }


def occurrence_lines(rows: Collection[Occurrence]) -> list[dict[str, Any]]:
    """Return occurrences with what came of them by now."""
    outcomes = outcomes_of(rows)
    reruns = _reruns_of(rows)
    return [_occurrence_line(row, outcomes[row.pk], reruns) for row in rows]


def _occurrence_line(row: Occurrence, outcome: Outcome, reruns: dict[str, list[str]]) -> dict[str, Any]:
    run_ids = row.run_ids()
    return {
        "id": row.pk,
        "job_id": row.job_id,
        "scheduled_at": row.scheduled_at,
        "scheduled_ts": seconds(row.scheduled_at),
        "status": outcome.status.value,
        "reason": row.reason,
        "detail": row.detail,
        "targets": row.targets,
        "counts": outcome.counts,
        "missed": row.missed,
        "run_id": row.run_id or None,
        "run_ids": run_ids,
        "rerun_ids": [again for run_id in run_ids for again in reruns.get(run_id, [])],
        "started_at": outcome.started_at,
        "finished_at": outcome.finished_at,
    }


def _reruns_of(rows: Iterable[Occurrence]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    ids = [run_id for row in rows for run_id in row.run_ids()]
    for run in Run.objects.filter(rerun_of__in=ids).order_by("created_at"):
        found.setdefault(run.rerun_of, []).append(run.run_id)
    return found


def get_occurrence(job: Job, wanted: int | None) -> Occurrence:
    """Return an occurrence of a job by its id or its time in epoch seconds; without either its last with a run.

    Raises OccurrenceNotFound, NothingRan.
    """
    rows = job.occurrences.select_related("job")
    if wanted is None:
        if (last := rows.visible().filter(run_count__gt=0).first()) is None:
            raise NothingRan
        return last
    row = rows.filter(pk=wanted).first()
    # Times beyond those that a job can have are none, and the largest are none that Python could tell.
    if row is None and 0 <= wanted <= MAX_START.timestamp():
        row = rows.filter(scheduled_at=datetime.fromtimestamp(wanted, tz=UTC)).first()
    if row is None:
        raise OccurrenceNotFound(occurrence=wanted)
    return row


def device_lines(row: Occurrence, sight: Sight) -> list[dict[str, Any]]:
    """Return what an occurrence did on each target, by component; of reruns the newest counts."""
    ids = row.run_ids()
    reruns = _reruns_of([row])
    runs = Run.objects.in_bulk([*ids, *(again for several in reruns.values() for again in several)])
    # A job may run an assembly twice: its place in the job tells what was run again.
    positions = {one: number for number, run_id in enumerate(ids) for one in [run_id, *reruns.get(run_id, [])]}
    lines = run_lines([runs[one] for one in positions if one in runs], sight)
    names = hostnames_of(item["target"] for line in lines for item in line["items"] if item["target"] != SERVER)
    found = {
        (positions[line["run_id"]], item["target"]): _device_line(line, item, names)
        for line in lines
        for item in line["items"]
    }
    return list(found.values())


def _device_line(line: dict[str, Any], item: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {
        "target": item["target"],
        "hostname": names.get(item["target"], item["target"]),
        "job_status": JOB_STATUSES[item["status"]].value,
        "assembly_guid": item["assembly_guid"],
        "component": line["display_name"],
        "run_id": line["run_id"],
        "work_item_hash": item["work_item_hash"],
        "exit_code": item["exit_code"],
        "last_error": item["last_error"],
        "ran_on": line["started_at"],
        "has_output": bool(item["output_bytes"]),
    }


def seconds(time: datetime | None) -> int | None:
    return int(time.timestamp()) if time else None
