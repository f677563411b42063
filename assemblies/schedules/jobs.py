"""The verbs of jobs: add, change, enable and disable, delete. Each is audited first, then done.

Saving a job that runs on this server needs what such a run needs now, and pins the content of what it runs.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from assemblies.actions.audit import audited_transaction
from assemblies.actions.permit import Permit
from assemblies.errors import InvalidField
from assemblies.execution.submission import RunOptions, Submission, examine
from assemblies.execution.targets import devices_of, places_of
from assemblies.execution.transitions import ALIAS
from assemblies.fleet.targets import resolve_target
from assemblies.payloads import PayloadStore
from assemblies.permissions import Place, Scope
from assemblies.schedules.components import (
    ComponentFields,
    Resolved,
    hashes_of,
    resolve_components,
    resolve_kept,
    row_of,
)
from assemblies.schedules.due import Misfire, Overlap
from assemblies.schedules.errors import JobChanged, JobNotFound
from assemblies.schedules.models import Component, Job
from assemblies.schedules.models.job import MAX_JOB_NAME_LENGTH, ExecutionContext
from assemblies.schedules.rules import MAX_START, NO_EXPIRE, ScheduleType, check_cron, floor_minute, read_expiration
from devmode.audit import AuditFacts, Subject, record
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
MAX_COMPONENTS = 20
MAX_TARGETS = 5000
TIMES = ("schedule_type", "start_at", "cron", "zone")


@dataclass(frozen=True)
class Editor:
    """The user who saves a job, and by whose rights it runs."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class JobFields:
    """A job as it is sent. Without `start_at` it starts when it is saved. Times are aware.

    `confirm_count` is the number of devices that its targets stand for, which many of them need.
    """

    name: str
    components: Sequence[ComponentFields]
    targets: Sequence[str]
    schedule_type: ScheduleType = ScheduleType.IMMEDIATELY
    start_at: datetime | None = None
    cron: str = ""
    zone: str = "UTC"
    expiration: str = NO_EXPIRE
    execution_context: ExecutionContext = ExecutionContext.SYSTEM
    misfire: Misfire = Misfire.ONCE
    overlap: Overlap = Overlap.SKIP
    enabled: bool = True
    confirm_count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Saving:
    """Who saves, under which permit, when, and where payloads are."""

    permit: Permit
    editor: Editor
    store: PayloadStore
    now: datetime
    expected_revision: int | None = None


def get_job(job_id: int) -> Job:
    """Raises JobNotFound."""
    job = Job.objects.prefetch_related("components").filter(pk=job_id).first()
    if job is None:
        raise JobNotFound(job_id=job_id)
    return job


def create_job(fields: JobFields, saving: Saving) -> Job:
    """Add a job. Raises InvalidField, ComponentUnresolvable, what a run's submission refuses, Forbidden."""
    resolved = _examine(fields, (), saving)
    job = Job(guid=str(uuid4()), created_at=saving.now, armed_at=saving.now)
    _fill(job, fields, saving)
    job.next_at = job.find_next()
    _audit(saving, job, places_of(job.targets), _facts(job, resolved))
    with write_transaction(ALIAS):
        job.save(force_insert=True)
        _replace_components(job, resolved)
    return get_job(job.pk)


def change_job(job_id: int, fields: JobFields, saving: Saving) -> Job:
    """Replace all of a job. What changes its times, or enables it, makes it due from now on only.

    Raises what `create_job` raises, JobNotFound, JobChanged.
    """
    job = get_job(job_id)
    places = places_of(job.targets)
    resolved = _examine(fields, job.components.all(), saving)
    candidate = Job(pk=job.pk, guid=job.guid, created_at=job.created_at, armed_at=job.armed_at)
    _fill(candidate, fields, saving)
    _audit(saving, candidate, [*places, *places_of(candidate.targets)], _facts(candidate, resolved))

    def change(locked: Job) -> None:
        before = [getattr(locked, name) for name in TIMES]
        was_enabled = locked.enabled
        _fill(locked, fields, saving)
        has_no_start = fields.start_at is None or fields.schedule_type is ScheduleType.IMMEDIATELY
        if has_no_start and fields.schedule_type == before[0]:
            locked.start_at = before[1]
        if [getattr(locked, name) for name in TIMES] != before or (locked.enabled and not was_enabled):
            _arm(locked, saving.now)
        _replace_components(locked, resolved)

    return _changed(job, saving, change)


def toggle_job(job_id: int, *, enabled: bool, saving: Saving) -> Job:
    """Enable or disable a job. Enabling confirms what it runs, and makes it due from now on only.

    Raises JobNotFound, Forbidden; enabling raises what `create_job` raises, and JobChanged.
    """
    job = get_job(job_id)
    resolved = examine_job(job, saving.permit, saving.store) if enabled else []
    _audit(saving, job, places_of(job.targets) if enabled else [], _facts(job, resolved))

    def toggle(locked: Job) -> None:
        if enabled:
            # What was examined and audited is what was read before the lock.
            if locked.revision != job.revision:
                raise JobChanged(revision=locked.revision)
            locked.editor_id, locked.editor_name = saving.editor.id, saving.editor.name
            _pin(job, resolved)
            if not locked.enabled:
                _arm(locked, saving.now)
        locked.enabled, locked.disabled_reason = enabled, ""

    return _changed(job, saving, toggle)


def delete_job(job_id: int, saving: Saving) -> None:
    """Delete a job with its history. Runs that it started go on, and stay with their manifests."""
    job = get_job(job_id)
    _audit(saving, job, [], {"name": job.name})
    with write_transaction(ALIAS):
        Job.objects.filter(pk=job_id).delete()


def hide_occurrences(job_id: int, saving: Saving) -> int:
    """Hide what a job ran up to now, and return how many occurrences those were. Nothing is deleted."""
    job = get_job(job_id)
    _audit(saving, job, [], {"name": job.name})
    with write_transaction(ALIAS):
        return job.occurrences.visible().update(is_hidden=True)


def examine_job(job: Job, permit: Permit, store: PayloadStore) -> list[Resolved]:
    """Return what a job's components stand for, after examining them as runs. Raises what `create_job` raises."""
    resolved = [resolve_kept(one, store) for one in job.components.all()]
    # How many devices they are was confirmed when the job was saved.
    _examine_runs(resolved, job.targets, permit, len(devices_of(job.targets, resolve_target)))
    return resolved


def _examine(fields: JobFields, kept: Any, saving: Saving) -> list[Resolved]:
    if not fields.name.strip():
        raise InvalidField(_("A job name is required."), field="name")
    if len(fields.name) > MAX_JOB_NAME_LENGTH:
        raise InvalidField(_("A job name has at most %(max)s characters.") % {"max": MAX_JOB_NAME_LENGTH}, field="name")
    if not 0 < len(fields.components) <= MAX_COMPONENTS:
        raise InvalidField(_("At least one component is required, and at most 20 are allowed."), field="components")
    if not 0 < len(fields.targets) <= MAX_TARGETS:
        raise InvalidField(_("At least one target is required."), field="targets")
    read_expiration(fields.expiration)
    _check_times(fields)
    resolved = resolve_components(fields.components, kept, saving.store)
    _examine_runs(resolved, fields.targets, saving.permit, fields.confirm_count)
    return resolved


def _check_times(fields: JobFields) -> None:
    if fields.schedule_type is ScheduleType.CRON:
        check_cron(fields.cron, fields.zone)
    if fields.start_at and not datetime(1970, 1, 1, tzinfo=UTC) <= fields.start_at <= MAX_START:
        raise InvalidField(_("A start is between the years 1970 and 2999."), field="schedule.start")
    if fields.start_at is None and fields.schedule_type is ScheduleType.ONCE:
        raise InvalidField(_("Say when it is to run."), field="schedule.start")


def _examine_runs(
    resolved: Sequence[Resolved], targets: Sequence[str], permit: Permit, confirm_count: int | None
) -> None:
    for one in resolved:
        options = RunOptions(variables=one.variables, targets=targets, confirm_count=confirm_count)
        examine(Submission(one.subject, options, run_id=str(uuid4())), permit, resolve_target)


def _fill(job: Job, fields: JobFields, saving: Saving) -> None:
    is_cron = fields.schedule_type is ScheduleType.CRON
    job.name, job.targets = fields.name.strip(), list(dict.fromkeys(fields.targets))
    job.schedule_type = fields.schedule_type
    job.start_at = _start_of(fields, saving.now)
    job.cron, job.zone = (" ".join(fields.cron.split()), fields.zone) if is_cron else ("", "UTC")
    job.expiration, job.execution_context = fields.expiration, fields.execution_context
    job.misfire, job.overlap, job.enabled = fields.misfire, fields.overlap, fields.enabled
    job.disabled_reason = ""
    job.editor_id, job.editor_name, job.updated_at = saving.editor.id, saving.editor.name, saving.now


def _start_of(fields: JobFields, now: datetime) -> datetime:
    """Return the start. What is due immediately starts now, to the second; everything else at a full minute."""
    if fields.schedule_type is ScheduleType.IMMEDIATELY:
        return now.astimezone(UTC).replace(microsecond=0)
    return floor_minute(fields.start_at or now)


def _arm(job: Job, now: datetime) -> None:
    """Make a job due from now on only: times that it did not have before were never missed."""
    job.armed_at, job.considered_until = now, None
    if job.schedule_type == ScheduleType.IMMEDIATELY:
        job.start_at = now.astimezone(UTC).replace(microsecond=0)


def _changed(job: Job, saving: Saving, change: Callable[[Job], None]) -> Job:
    with write_transaction(ALIAS):
        locked = Job.objects.select_for_update().filter(pk=job.pk).first()
        if locked is None:
            raise JobNotFound(job_id=job.pk)
        if saving.expected_revision not in {None, locked.revision}:
            raise JobChanged(revision=locked.revision)
        change(locked)
        locked.revision += 1
        locked.updated_at, locked.next_at = saving.now, locked.find_next()
        locked.save()
    return get_job(job.pk)


def _replace_components(job: Job, resolved: Sequence[Resolved]) -> None:
    job.components.all().delete()
    rows = [row_of(one, number, pin=job.runs_on_server) for number, one in enumerate(resolved)]
    for row in rows:
        row.job = job
    Component.objects.bulk_create(rows)


def _pin(job: Job, resolved: Sequence[Resolved]) -> None:
    """Confirm what a job's components stand for; all else of them stays."""
    rows = list(job.components.all())
    for row, one in zip(rows, resolved, strict=True):
        row.pinned = hashes_of(one.subject) if job.runs_on_server else {}
    Component.objects.bulk_update(rows, ["pinned"])


def _audit(saving: Saving, job: Job, reached: Sequence[Scope], detail: Mapping[str, Any]) -> None:
    """Audit a change of a job whose runs reach somewhere. Raises Forbidden, DevModeRequired."""
    permit, now, places = saving.permit, timezone.now(), [Place.LIBRARY, *reached]
    with audited_transaction(permit.actor, permit.event):
        for place in places:
            permit.check(place)
        permit.use_grant(places, now=now)
        subject = Subject(scope="", kind="job", id=job.guid)
        record(AuditFacts(actor=permit.actor, event=permit.event, subject=subject, detail=dict(detail)), now=now)


def _facts(job: Job, resolved: Sequence[Resolved]) -> dict[str, Any]:
    """Return what the audit keeps of a job: no values of variables."""
    rule = {name: str(value) for name, value in asdict(job.rule).items()}
    components = [[one.subject.assembly_guid, one.subject.revision, one.subject.content_hash] for one in resolved]
    return {"name": job.name, "targets": job.targets, "schedule": rule, "components": components}
