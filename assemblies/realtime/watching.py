"""What happened since the last look, by reading only: two small queries, ten times a second, for all who wait."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Manager, Max, Min, Q

from assemblies.execution.models import WorkItemEvent
from assemblies.fleet.claimable import devices_with_work
from assemblies.fleet.models import Device, DeviceApproval
from assemblies.fleet.presence import OFFLINE_AFTER
from assemblies.schedules.models import JobEvent

RUNS, JOBS = "runs", "jobs"
MAX_EVENTS = 500
# How far behind somebody may be and still be told everything.
MAX_HISTORY = 10_000
# A number that is missing longer was given to a transaction that was rolled back.
MISSING_FOR = timedelta(seconds=60)
MAX_MISSING = 1000
# Where nothing happened to a run: a device that was told of work, and could not claim it, is told again.
DEVICES_READ_EVERY = timedelta(seconds=2)


@dataclass(frozen=True)
class StreamEvent:
    """One event, as anybody who is signed in may know it; `number` is its row's in its log.

    `resume_at` is where a client that was told this event goes on in that log after an interruption. `subject` is what
    it happened to: the run, or the job.
    """

    log: str
    number: int
    resume_at: int
    subject: str
    event_guid: str
    seq: int
    emitted_at: datetime
    payload: dict[str, object]


@dataclass(frozen=True)
class RosterChange:
    """Some device came, went, or was changed; who looks sees what."""

    emitted_at: datetime
    event_guid: str
    seq: int = 0


@dataclass(frozen=True)
class Seen:
    """What is new: events by number, and the devices that have work waiting now, where that was looked for."""

    events: Sequence[StreamEvent] = ()
    devices: frozenset[str] | None = None


@dataclass(frozen=True)
class Log:
    """A table of events in order, and how its rows are told: with the number to resume at."""

    name: str
    rows: Manager[Any]
    streamed: Callable[[Any, int], StreamEvent]


class Watch:
    """How far both logs were read."""

    def __init__(self) -> None:
        self._logs = {log.name: LogWatch(log) for log in LOGS}
        self._devices_read_at: datetime | None = None

    def look(self, *, now: datetime) -> Seen:
        """Return what came since the last look; the first one wants nothing of the past."""
        of_runs, of_jobs = (self._logs[name].look(now=now) for name in (RUNS, JOBS))
        if of_runs or self._devices_read_at is None or not now - self._devices_read_at < DEVICES_READ_EVERY:
            self._devices_read_at = now
            return Seen([*of_runs, *of_jobs], devices_with_work())
        return Seen([*of_runs, *of_jobs])

    def after(self, positions: Mapping[str, int]) -> list[StreamEvent]:
        """Return what happened after these positions, as far as it can be seen now."""
        return [event for name, watch in self._logs.items() for event in watch.after(positions[name])]

    def unread_until(self, positions: Mapping[str, int]) -> set[tuple[str, int]]:
        """Return log and number of what was there up to these positions, and will be read here all the same."""
        return {(name, one) for name, watch in self._logs.items() for one in watch.unread_until(positions[name])}


class LogWatch:
    """How far one log was read.

    PostgreSQL numbers rows before they are committed, so that one may become visible after another of a larger number.
    Numbers that were skipped are therefore looked for again for a minute; who resumes meanwhile does so below them and
    is told some events twice, under the same GUID, rather than one of them never.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self._position: int | None = None
        self._missing: Mapping[int, datetime] = {}

    def look(self, *, now: datetime) -> list[StreamEvent]:
        if self._position is None:
            self._position = _newest(self.log)
            return []
        before, wanted = self._position, Q(id__gt=self._position)
        if self._missing:
            wanted |= Q(id__in=list(self._missing))
        rows = list(self.log.rows.filter(wanted).order_by("id")[:MAX_EVENTS])
        self._advance(before, [row.pk for row in rows], now)
        return [self.log.streamed(row, self.resume_at(max(row.pk, before))) for row in rows]

    def after(self, position: int) -> list[StreamEvent]:
        rows = self.log.rows.filter(id__gt=position).order_by("id")[:MAX_HISTORY]
        return [self.log.streamed(row, self.resume_at(row.pk)) for row in rows]

    def unread_until(self, position: int) -> list[int]:
        rows = self.log.rows.filter(id__gt=self.resume_at(position), id__lte=position)
        return list(rows.values_list("id", flat=True))

    def resume_at(self, number: int) -> int:
        """Return the largest number, up to this one, after which nothing can have been missed."""
        read = min(number, number if self._position is None else self._position)
        return min(read, min(self._missing, default=read + 1) - 1)

    def _advance(self, before: int, numbers: Sequence[int], now: datetime) -> None:
        """Note what was read. The mapping is replaced, never changed: others read it meanwhile."""
        newest, found = max(numbers, default=0), set(numbers)
        skipped = set(range(max(before + 1, newest - MAX_MISSING), newest)) - found
        kept = {one: until for one, until in self._missing.items() if one not in found and until > now}
        self._missing = kept | dict.fromkeys(skipped, now + MISSING_FOR)
        self._position = max(before, newest)


def find_positions() -> dict[str, int]:
    """Return where somebody begins who wants nothing of the past, by log."""
    return {log.name: _newest(log) for log in LOGS}


def _newest(log: Log) -> int:
    newest: int | None = log.rows.aggregate(Max("id"))["id__max"]
    return newest or 0


def roster_digest(*, now: datetime) -> int:
    """Return what differs as soon as the list of devices does. Only compared with another one of this process."""
    rows = Device.objects.order_by("guid").values_list("guid", "hostname", "status", "last_seen")
    online = [(guid, name, status, bool(seen and seen > now - OFFLINE_AFTER)) for guid, name, status, seen in rows]
    return hash((tuple(online), DeviceApproval.objects.pending().count()))


def is_too_old(positions: Mapping[str, int]) -> bool:
    """Say whether events after these positions were removed, or are too many to be told one by one."""
    for log in LOGS:
        ends = log.rows.aggregate(Min("id"), Max("id"))
        oldest, newest = ends["id__min"] or 1, ends["id__max"] or 0
        if positions[log.name] + 1 < oldest or newest - positions[log.name] > MAX_HISTORY:
            return True
    return False


def _event_of_run(row: WorkItemEvent, resume_at: int) -> StreamEvent:
    payload: dict[str, object] = {
        "run_id": row.run_id,
        "work_item_hash": row.work_item_hash,
        "event_type": row.event_type,
        "from_status": row.from_status,
        "to_status": row.to_status,
        "attempt_number": row.attempt_number,
    }
    return StreamEvent(RUNS, row.pk, resume_at, row.run_id, row.event_guid, row.seq, row.emitted_at, payload)


def _event_of_job(row: JobEvent, resume_at: int) -> StreamEvent:
    payload: dict[str, object] = {
        "event_type": row.event_type,
        "job_id": row.job_id,
        "job_name": row.job_name,
        "occurrence": row.occurrence_id,
        "scheduled_ts": int(row.scheduled_at.timestamp()),
        "run_id": row.run_id,
        "status": row.status,
    }
    seq = (JobEvent.STARTED, JobEvent.COMPLETED).index(row.event_type) + 1
    return StreamEvent(JOBS, row.pk, resume_at, str(row.job_id), row.event_guid, seq, row.emitted_at, payload)


LOGS = (
    Log(RUNS, WorkItemEvent._default_manager, _event_of_run),
    Log(JOBS, JobEvent._default_manager, _event_of_job),
)
