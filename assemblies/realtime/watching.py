"""What happened since the last look, by reading only: one small query, ten times a second, for all who wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min

from assemblies.execution.models import WorkItem, WorkItemEvent
from assemblies.fleet.presence import presence

MAX_EVENTS = 500
# How far behind somebody may be and still be told everything.
MAX_HISTORY = 10_000


@dataclass(frozen=True)
class StreamEvent:
    """One event of a work item, as anybody who is signed in may know it; `position` is where a stream goes on."""

    position: int
    run_id: str
    event_guid: str
    seq: int
    emitted_at: datetime
    payload: dict[str, object]


@dataclass(frozen=True)
class Seen:
    """What is new: events in order, and the devices that have work waiting now."""

    position: int
    events: Sequence[StreamEvent]
    devices: frozenset[str]


def find_position() -> int:
    """Return where a look begins that wants nothing of the past."""
    return WorkItemEvent.objects.aggregate(Max("id"))["id__max"] or 0


def look(position: int) -> Seen:
    """Return what came after a position. Devices are read only where something did."""
    events = events_after(position, MAX_EVENTS)
    if not events:
        return Seen(position, (), frozenset())
    return Seen(events[-1].position, events, devices_with_work())


def devices_with_work(among: Sequence[str] | None = None) -> frozenset[str]:
    """Return the devices for which something can be claimed."""
    rows = WorkItem.objects.claimable().filter(cancel_requested=False).exclude(target_device="").order_by()
    if among is not None:
        rows = rows.filter(target_device__in=among)
    return frozenset(rows.values_list("target_device", flat=True).distinct())


def events_after(position: int, limit: int) -> list[StreamEvent]:
    rows = WorkItemEvent.objects.filter(id__gt=position).order_by("id")[:limit]
    return [_streamed(row) for row in rows]


def is_too_old(position: int) -> bool:
    """Say whether events after a position were removed, or are too many to be told one by one."""
    ends = WorkItemEvent.objects.aggregate(Min("id"), Max("id"))
    oldest, newest = ends["id__min"] or 1, ends["id__max"] or 0
    return position + 1 < oldest or newest - position > MAX_HISTORY


def note_presence(devices: Sequence[str], *, now: datetime) -> None:
    """Write that devices are there: an open request is presence."""
    presence.note_all(devices, now=now)


def _streamed(row: WorkItemEvent) -> StreamEvent:
    payload: dict[str, object] = {
        "run_id": row.run_id,
        "work_item_hash": row.work_item_hash,
        "event_type": row.event_type,
        "from_status": row.from_status,
        "to_status": row.to_status,
        "attempt_number": row.attempt_number,
    }
    return StreamEvent(row.pk, row.run_id, row.event_guid, row.seq, row.emitted_at, payload)
