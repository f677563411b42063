"""Move what waits in the queue: to its front or end, or past its neighbour."""

from datetime import datetime, timedelta
from enum import StrEnum

from assemblies.execution.models import WorkItem
from assemblies.execution.states import CLAIMABLE, EventType, Status
from assemblies.execution.transitions import ALIAS, Step, apply_locked, lock_item
from devmode.write_lock import write_transaction

GAP = timedelta(microseconds=1)


class Direction(StrEnum):
    """Where to: `up` is earlier."""

    UP = "up"
    DOWN = "down"
    FIRST = "first"
    LAST = "last"


def reorder(work_item_hash: str, direction: Direction, *, actor: str, now: datetime) -> WorkItem:
    """Move an item that waits, and return it. Raises WorkItemNotFound, IllegalTransition, AlreadyFinalized."""
    with write_transaction(ALIAS):
        item = lock_item(work_item_hash)
        position = _position(item, direction) if Status(item.status) in CLAIMABLE else item.queue_position
        step = Step(
            item=item,
            event=EventType.REORDERED,
            actor=actor,
            facts={"queue_position": position},
            payload={"direction": direction.value},
        )
        apply_locked([step], now=now)
    return item


def _position(item: WorkItem, direction: Direction) -> datetime:
    queue = WorkItem.objects.claimable().exclude(pk=item.pk).filter(target_device=item.target_device)
    earlier = queue.filter(queue_position__lte=item.queue_position).order_by("-queue_position", "-id")
    later = queue.filter(queue_position__gte=item.queue_position).order_by("queue_position", "id")
    match direction:
        case Direction.UP:
            past, step = earlier.first(), -GAP
        case Direction.DOWN:
            past, step = later.first(), GAP
        case Direction.FIRST:
            past, step = earlier.last(), -GAP
        case Direction.LAST:
            past, step = later.last(), GAP
    return past.queue_position + step if past else item.queue_position
