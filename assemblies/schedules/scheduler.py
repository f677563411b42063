"""The scheduler: every second, whatever is due. Any number may run; a bad job never stops the others.

What fails for reasons of the library's own (a full queue, an audit that cannot be written) stays due.
"""

import logging
import time as clock
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import Event

from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone

from assemblies.conf import payload_store
from assemblies.errors import Failure, InvalidField
from assemblies.execution.errors import QueueFull
from assemblies.execution.submission import Group, submit_groups
from assemblies.execution.transitions import ALIAS
from assemblies.payloads import PayloadStore
from assemblies.progress import in_batches
from assemblies.schedules.due import Misfire, Overlap, due_times
from assemblies.schedules.errors import Overtaken
from assemblies.schedules.following import follow
from assemblies.schedules.models import Job, Occurrence, OccurrenceStatus
from assemblies.schedules.occurring import Time, advance, begin, disable, leave_out, prepare
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
TICK_SECONDS = 1.0
MAX_WAITING = 100
# The queue is locked for no longer than these take.
BEGUN_TOGETHER = 20
# Of what waits; the rest comes a second later.
MAX_DECIDED = 500
OVERLAPPING, EXPIRED, MISFIRED, UNREADABLE, JOB_DISABLED = (
    "overlapping expired misfired rule_unreadable job_disabled".split()
)


@dataclass
class Tick:
    """What one look at the jobs did: occurrences in order, and by job what kept it from being looked at."""

    occurrences: list[Occurrence] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)
    to_begin: list[Time] = field(default_factory=list)


def run_scheduler(stopped: Event) -> None:
    """Start what is due until `stopped` is set: a companion of `serve`."""
    while not stopped.wait(_seconds_to_next_tick()):
        try:
            run_due(now=timezone.now(), store=payload_store())
        except (DatabaseError, Failure, OSError) as error:
            logger.warning("scheduler: %s", error)
            connections.close_all()


def run_due(*, now: datetime, store: PayloadStore) -> Tick:
    """Decide about every time that has come, start what waited for others, and write down what has ended."""
    tick = Tick()
    follow(now=now)
    for job_id in list(Job.objects.due(now).values_list("pk", flat=True)):
        _guarded(tick, job_id, partial(_consider, job_id, tick, now, store))
    for times in in_batches(tick.to_begin, BEGUN_TOGETHER):
        _begin_together(tick, times, now, store)
    for occurrence in list(Occurrence.objects.to_decide()[:MAX_DECIDED]):
        _guarded(tick, occurrence.job_id, partial(_start_waiting, occurrence, tick, now, store))
    return tick


def _guarded(tick: Tick, job_id: int, decide: Callable[[], object]) -> None:
    """Keep the faults of one job to itself. Its time stays due where nothing was written."""
    try:
        decide()
    except Overtaken:
        return
    except (QueueFull, Failure, DatabaseError) as error:
        tick.faults[job_id] = str(error)
        logger.warning("scheduler: job %s stays due: %s", job_id, error)
    except Exception as error:
        # Whatever is wrong with the rows of this job, the next one is due as well.
        tick.faults[job_id] = f"{type(error).__name__}: {error}"
        logger.critical("scheduler: job %s cannot be run", job_id, exc_info=True)


def _consider(job_id: int, tick: Tick, now: datetime, store: PayloadStore) -> None:
    job = Job.objects.prefetch_related("components").get(pk=job_id)
    try:
        due = due_times(job.rule, after=job.due_after, now=now, misfire=Misfire(job.misfire))
    except (InvalidField, ValueError):
        # It has no time at which it could fail.
        disable(job, UNREADABLE)
        raise
    if due.skipped:
        time = Time(job=job, at=due.skipped, missed=due.missed - 1)
        tick.occurrences.append(leave_out(time, OccurrenceStatus.SKIPPED, MISFIRED, now=now))
    for number, at in enumerate(due.run):
        missed = due.missed if number == 0 and not due.skipped else 0
        time = Time(job=job, at=at, missed=missed)
        if left_out := _left_out(time, now):
            tick.occurrences.append(left_out)
        elif len(due.run) == 1:
            tick.to_begin.append(time)
        else:
            # Whether the next one may begin depends on this one.
            tick.occurrences.append(begin(time, store=store, now=now))
    if not due.run and not due.skipped:
        _refresh_next(job)


def _left_out(time: Time, now: datetime) -> Occurrence | None:
    """Leave a time out, or return None where it is to begin."""
    job = time.job
    if job.is_expired(time.at, now):
        return leave_out(time, OccurrenceStatus.EXPIRED, EXPIRED, now=now)
    if job.overlap != Overlap.PARALLEL and _is_busy(job, time.at):
        waiting = Occurrence.objects.waiting().filter(job=job).count()
        if job.overlap == Overlap.QUEUE and waiting < MAX_WAITING:
            return leave_out(time, OccurrenceStatus.PENDING, OVERLAPPING, now=now)
        return leave_out(time, OccurrenceStatus.SKIPPED, OVERLAPPING, now=now)
    return None


def _begin_together(tick: Tick, times: Sequence[Time], now: datetime, store: PayloadStore) -> None:
    """Begin times of several jobs in one transaction of the audit and one of the queue: most are due at full minutes.

    Where something is wrong with one of them, each is begun by itself: its fault is then its own.
    """
    prepared: list[tuple[Time, Occurrence, Group]] = []
    for time in times:
        _guarded(tick, time.job.pk, partial(_prepare, prepared, tick, time, now, store))
    try:
        begun = submit_groups([group for _time, _row, group in prepared], giving_way=Overtaken) if prepared else []
    except Exception as error:
        logger.info("scheduler: %d jobs are begun one by one: %s", len(prepared), error)
        for time, _row, _group in prepared:
            _guarded(tick, time.job.pk, partial(_begin_alone, tick, time, now, store))
        return
    tick.occurrences += [row for (_time, row, _group), is_begun in zip(prepared, begun, strict=True) if is_begun]


def _prepare(
    prepared: list[tuple[Time, Occurrence, Group]], tick: Tick, time: Time, now: datetime, store: PayloadStore
) -> None:
    row, group = prepare(time, store=store, now=now)
    if group is None:
        tick.occurrences.append(row)
    else:
        prepared.append((time, row, group))


def _begin_alone(tick: Tick, time: Time, now: datetime, store: PayloadStore) -> None:
    tick.occurrences.append(begin(time, store=store, now=now))


def _start_waiting(row: Occurrence, tick: Tick, now: datetime, store: PayloadStore) -> None:
    time = Time(job=row.job, at=row.scheduled_at, missed=row.missed, is_waiting=True)
    if not row.job.enabled:
        leave_out(time, OccurrenceStatus.CANCELED, JOB_DISABLED, now=now)
    elif row.job.is_expired(row.scheduled_at, now):
        leave_out(time, OccurrenceStatus.EXPIRED, EXPIRED, now=now)
    elif row.is_first:
        tick.occurrences.append(begin(time, store=store, now=now))


def _is_busy(job: Job, at: datetime) -> bool:
    """Say whether an earlier occurrence of the job has not ended, as `follow` wrote down right before."""
    return Occurrence.objects.live().filter(job=job, scheduled_at__lt=at).exists()


def _refresh_next(job: Job) -> None:
    with write_transaction(ALIAS):
        locked = Job.objects.select_for_update().filter(pk=job.pk, revision=job.revision).first()
        if locked is not None:
            advance(locked, locked.due_after)


def _seconds_to_next_tick() -> float:
    """Wake right after full seconds: what is due at a full minute is not kept waiting."""
    return TICK_SECONDS - clock.time() % TICK_SECONDS
