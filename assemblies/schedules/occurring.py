"""One time of one job: decided, audited, then inserted with its runs in one transaction.

The row of the job is locked first, so that of two schedulers, or a scheduler and an edit, one comes first and the other
writes nothing. Run GUIDs follow from job and time: the audit entries of a loser name the same runs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from assemblies.actions.audit import record_alone
from assemblies.actions.permit import Permit
from assemblies.audit_events import LibraryEvent
from assemblies.errors import Refusal
from assemblies.execution.errors import NoDevicesTargeted, QueueFull
from assemblies.execution.states import SYSTEM
from assemblies.execution.submission import Group, RunOptions, Submission, grouped, submit_together
from assemblies.execution.targets import Resolver, devices_of, places_of
from assemblies.execution.transitions import ALIAS
from assemblies.fleet.targets import remaining_devices
from assemblies.payloads import PayloadStore
from assemblies.permissions import Verb, find_refusal
from assemblies.schedules.components import check_pinned, resolve_kept
from assemblies.schedules.errors import (
    ActorNotPermitted,
    ComponentUnresolvable,
    ContentChanged,
    Overtaken,
)
from assemblies.schedules.models import Job, Occurrence, OccurrenceStatus
from assemblies.schedules.models.occurrence import run_id_of
from devmode.accounts.roles import role_of
from devmode.actor import Actor, Role
from devmode.audit import AuditFacts, Subject
from devmode.write_lock import write_transaction

SKIPPED = (ContentChanged, NoDevicesTargeted)
MAX_DETAIL_LENGTH = 500


@dataclass(frozen=True, kw_only=True)
class Time:
    """A due time of a job as it was read, and how many others it stands for; `is_waiting` if it was inserted before."""

    job: Job
    at: datetime
    missed: int = 0
    is_waiting: bool = False


@dataclass(frozen=True)
class Start:
    """An occurrence that was decided about, and what its runs are."""

    row: Occurrence
    submissions: Sequence[Submission]
    permit: Permit
    along: Callable[[], object]
    resolver: Resolver


def begin(time: Time, *, store: PayloadStore, now: datetime) -> Occurrence:
    """Start the runs of a time, or write down why they are not started.

    Raises Overtaken, QueueFull and failures of the library, after which it is still due.
    """
    try:
        start = _start_of(time, store, now)
        submit_together(start.submissions, permit=start.permit, along=start.along, resolver=start.resolver)
    except QueueFull:
        raise
    except Refusal as refusal:
        return _refused(time, refusal, now)
    return start.row


def prepare(time: Time, *, store: PayloadStore, now: datetime) -> tuple[Occurrence, Group | None]:
    """Return the occurrence of a time and what is to be queued with it; nothing where it was left out.

    Raises what `begin` raises.
    """
    try:
        start = _start_of(time, store, now)
        return start.row, grouped(start.submissions, permit=start.permit, along=start.along, resolver=start.resolver)
    except Refusal as refusal:
        return _refused(time, refusal, now), None


def _start_of(time: Time, store: PayloadStore, now: datetime) -> Start:
    row = Occurrence(job=time.job, scheduled_at=time.at, status=OccurrenceStatus.PENDING, targets=time.job.targets)
    row.missed, row.created_at = time.missed, now
    permit, resolver = permit_of(time.job), remaining_devices()
    submissions = submissions_of(row, store, resolver)
    row.run_count, row.run_id = len(submissions), submissions[0].run_id
    return Start(row, submissions, permit, lambda: _insert(row, time), resolver)


def _refused(time: Time, refusal: Refusal, now: datetime) -> Occurrence:
    status = OccurrenceStatus.SKIPPED if isinstance(refusal, SKIPPED) else OccurrenceStatus.FAILED
    left_out = leave_out(time, status, refusal.code, now=now, detail=refusal.message)
    if isinstance(refusal, ActorNotPermitted):
        disable(time.job, refusal.code)
    return left_out


def leave_out(time: Time, status: OccurrenceStatus, reason: str, *, now: datetime, detail: str = "") -> Occurrence:
    """Write down a time that is not run, or not yet. Raises Overtaken."""
    row = Occurrence(job=time.job, scheduled_at=time.at, status=status, reason=reason, targets=time.job.targets)
    row.missed, row.detail, row.created_at = time.missed, detail[:MAX_DETAIL_LENGTH], now
    row.finished_at = None if status == OccurrenceStatus.PENDING else now
    with write_transaction(ALIAS):
        _insert(row, time)
    return row


def permit_of(job: Job) -> Permit:
    """Return the permit of the job's last editor, by their account and role now. Raises ActorNotPermitted."""
    user = User.objects.filter(pk=job.editor_id, is_active=True).first()
    actor = Actor(name=user.get_username() if user else job.editor_name, role=role_of(user) if user else Role.ANONYMOUS)
    for place in places_of(job.targets):
        if refusal := find_refusal(actor, Verb.RUN_ON_TIME, place):
            raise ActorNotPermitted from refusal
    return Permit(actor=actor, event=LibraryEvent.RUN, verb=Verb.RUN_ON_TIME)


def submissions_of(row: Occurrence, store: PayloadStore, resolver: Resolver) -> list[Submission]:
    """Return the runs of an occurrence. How many devices they are was confirmed when the job was saved.

    Raises ComponentUnresolvable, ContentChanged, CredentialsUnreadable.
    """
    job, found = row.job, []
    count = len(devices_of(row.targets, resolver))
    for component in job.components.all():
        resolved = resolve_kept(component, store)
        check_pinned(component, resolved.subject)
        options = RunOptions(
            variables=resolved.variables,
            targets=row.targets,
            expires_at=job.expires_at(row.scheduled_at),
            reason=job.name,
            confirm_count=count,
        )
        found.append(Submission(resolved.subject, options, run_id_of(job, row, component.position)))
    if not found:
        raise ComponentUnresolvable(_("The job has no component."))
    return found


def disable(job: Job, reason: str) -> None:
    """Disable a job on the library's own behalf: audited first."""
    event = LibraryEvent.DISABLE_JOB
    facts = AuditFacts(
        actor=Actor(name=SYSTEM, role=Role.COMMAND),
        event=event,
        subject=Subject(scope="", kind="job", id=job.guid),
        detail={"name": job.name, "reason": reason},
    )
    record_alone(facts, now=timezone.now())
    with write_transaction(ALIAS):
        Job.objects.filter(pk=job.pk, revision=job.revision).update(enabled=False, disabled_reason=reason)


def _insert(row: Occurrence, time: Time) -> None:
    """Insert the occurrence within the current transaction; the job goes on to its next time. Raises Overtaken."""
    job = Job.objects.select_for_update().filter(pk=time.job.pk).first()
    if job is None or job.revision != time.job.revision or not (job.enabled or time.is_waiting):
        raise Overtaken
    kept = Occurrence.objects.filter(job=job, scheduled_at=row.scheduled_at).first()
    if kept is None and not time.is_waiting:
        row.save(force_insert=True)
        advance(job, row.scheduled_at)
    elif kept is not None and time.is_waiting and kept.waits:
        row.pk = kept.pk
        row.save(force_update=True)
    else:
        raise Overtaken


def advance(job: Job, until: datetime) -> None:
    """Let a locked job go on after a time that was decided about."""
    job.considered_until = max(until, job.considered_until or until)
    job.next_at = job.find_next()
    job.save(update_fields=["considered_until", "next_at"])
