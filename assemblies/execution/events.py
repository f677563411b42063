"""The event chain of a work item: each event's hash covers the event and the hash of the one before it."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from assemblies.execution.models import WorkItem, WorkItemEvent
from assemblies.execution.states import EventType
from devmode.chain import chained_hash

# What the hash covers, for ever: a later field is not added here, it gets a hash of another version.
HASHED_FIELDS = (
    "event_guid instance_id run_id work_item_hash seq event_type from_status to_status attempt_number worker_id actor "
    "payload"
).split()


def next_event(
    item: WorkItem,
    event: EventType,
    *,
    from_status: str,
    to_status: str,
    actor: str,
    payload: Mapping[str, Any],
    now: datetime,
) -> WorkItemEvent:
    """Return the next event of a locked item, unsaved, and move the item's end of the chain to it."""
    made = WorkItemEvent(
        event_guid=str(uuid4()),
        instance_id=item.instance_id,
        run_id=item.run_id,
        work_item_hash=item.work_item_hash,
        seq=item.events_written + 1,
        event_type=event.value,
        from_status=from_status,
        to_status=to_status,
        attempt_number=item.attempt_number,
        worker_id=item.assigned_worker_id,
        actor=actor,
        payload=json.dumps(payload, sort_keys=True, ensure_ascii=False) if payload else "",
        emitted_at=now,
    )
    made.chained_hash = event_hash(item.last_event_hash, made)
    item.events_written, item.last_event_hash, item.last_event_at = made.seq, made.chained_hash, now
    return made


def event_hash(previous_hash: str, event: WorkItemEvent) -> str:
    facts: dict[str, object] = {name: getattr(event, name) for name in HASHED_FIELDS}
    return chained_hash(previous_hash, facts | {"emitted_at": event.emitted_at.astimezone(UTC).isoformat()})


def find_breaks(item: WorkItem) -> Iterator[tuple[int, str]]:
    """Yield (seq, what is wrong) where the item's events do not form the chain that the item ends with."""
    previous, seq = "", 0
    for event in WorkItemEvent.objects.filter(work_item_hash=item.work_item_hash).order_by("seq"):
        seq += 1
        if event.seq != seq:
            yield seq, "an event is missing"
            return
        if event.chained_hash != event_hash(previous, event):
            yield seq, "the event was altered"
        previous = event.chained_hash
    if (seq, previous) != (item.events_written, item.last_event_hash):
        yield seq + 1, "the last events were removed"
    elif event_status_differs(item):
        yield seq, "the item's status is not that of its last transition"


def event_status_differs(item: WorkItem) -> bool:
    """Say whether the item's row was changed apart from its events."""
    last = WorkItemEvent.objects.filter(work_item_hash=item.work_item_hash).order_by("-seq").first()
    return last is not None and last.to_status != item.status
