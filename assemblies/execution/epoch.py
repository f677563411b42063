"""After a restore nothing runs again by accident: a queue of another epoch is emptied before anything is claimed."""

from datetime import datetime

from assemblies.execution.models import ExecutionEpoch, WorkItem
from assemblies.execution.states import SYSTEM, EventType, Status
from assemblies.execution.transitions import Step, apply_locked


def adopt_epoch(epoch: str, *, now: datetime) -> int:
    """Take `epoch` over within the current transaction; cancel what an earlier one left live, and return how many.

    The first epoch of an empty queue cancels nothing.
    """
    row, created = ExecutionEpoch.objects.select_for_update().get_or_create(id=1, defaults={"epoch": epoch})
    if row.epoch == epoch and not created:
        return 0
    items = list(WorkItem.objects.live().select_for_update())
    apply_locked([_restored(item) for item in items], now=now)
    row.epoch = epoch
    row.save(update_fields=["epoch"])
    return len(items)


def _restored(item: WorkItem) -> Step:
    return Step(
        item=item,
        event=EventType.RESTORED,
        to=Status.CANCELED,
        actor=SYSTEM,
        facts={"cancel_reason": "restored", "last_error": "The library was restored from a mirror."},
    )
