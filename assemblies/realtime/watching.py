"""What happened since the last look, by reading only: one small query, ten times a second, for all who wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min, Q

from assemblies.execution.models import WorkItem, WorkItemEvent

MAX_EVENTS = 500
# How far behind somebody may be and still be told everything.
MAX_HISTORY = 10_000
# A number that is missing longer was given to a transaction that was rolled back.
MISSING_FOR = timedelta(seconds=60)
MAX_MISSING = 1000


@dataclass(frozen=True)
class StreamEvent:
    """One event of a work item, as anybody who is signed in may know it; `number` is its row's.

    `resume_at` is where a client that was told this event goes on after an interruption.
    """

    number: int
    resume_at: int
    run_id: str
    event_guid: str
    seq: int
    emitted_at: datetime
    payload: dict[str, object]


@dataclass(frozen=True)
class Seen:
    """What is new: events by number, and the devices that have work waiting now."""

    events: Sequence[StreamEvent] = ()
    devices: frozenset[str] = frozenset()


class Watch:
    """How far the events were read.

    PostgreSQL numbers rows before they are committed, so that one may become visible after another of a larger number.
    Numbers that were skipped are therefore looked for again for a minute; who resumes meanwhile does so below them and
    is told some events twice, under the same GUID, rather than one of them never.
    """

    def __init__(self) -> None:
        self._position: int | None = None
        self._missing: Mapping[int, datetime] = {}

    def look(self, *, now: datetime) -> Seen:
        """Return what came since the last look; the first one wants nothing of the past."""
        if self._position is None:
            self._position = find_position()
            return Seen()
        before, wanted = self._position, Q(id__gt=self._position)
        if self._missing:
            wanted |= Q(id__in=list(self._missing))
        rows = list(WorkItemEvent.objects.filter(wanted).order_by("id")[:MAX_EVENTS])
        self._advance(before, [row.pk for row in rows], now)
        if not rows:
            return Seen()
        # Devices are read only where something happened.
        return Seen([_streamed(row, self.resume_at(max(row.pk, before))) for row in rows], devices_with_work())

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


def find_position() -> int:
    """Return where a look begins that wants nothing of the past."""
    return WorkItemEvent.objects.aggregate(Max("id"))["id__max"] or 0


def devices_with_work(among: Sequence[str] | None = None) -> frozenset[str]:
    """Return the devices for which something can be claimed."""
    rows = WorkItem.objects.claimable().filter(cancel_requested=False).exclude(target_device="").order_by()
    if among is not None:
        rows = rows.filter(target_device__in=among)
    return frozenset(rows.values_list("target_device", flat=True).distinct())


def events_after(position: int, watch: Watch) -> list[StreamEvent]:
    """Return what happened after a position, as far as it can be seen now."""
    rows = WorkItemEvent.objects.filter(id__gt=position).order_by("id")[:MAX_HISTORY]
    return [_streamed(row, watch.resume_at(row.pk)) for row in rows]


def is_too_old(position: int) -> bool:
    """Say whether events after a position were removed, or are too many to be told one by one."""
    ends = WorkItemEvent.objects.aggregate(Min("id"), Max("id"))
    oldest, newest = ends["id__min"] or 1, ends["id__max"] or 0
    return position + 1 < oldest or newest - position > MAX_HISTORY


def _streamed(row: WorkItemEvent, resume_at: int) -> StreamEvent:
    payload: dict[str, object] = {
        "run_id": row.run_id,
        "work_item_hash": row.work_item_hash,
        "event_type": row.event_type,
        "from_status": row.from_status,
        "to_status": row.to_status,
        "attempt_number": row.attempt_number,
    }
    return StreamEvent(row.pk, resume_at, row.run_id, row.event_guid, row.seq, row.emitted_at, payload)
