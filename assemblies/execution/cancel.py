"""Cancel: what waits ends at once; what runs ends when its worker has swept every process, or is gone.

A cancel always happens, even where the audit cannot be written: the event comes first, the audit entry after it.
"""

from collections.abc import Sequence
from datetime import datetime

from assemblies.execution.errors import RunNotFound, WorkItemNotFound
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import WAITING, EventType, Status
from assemblies.execution.transitions import ALIAS, Step, apply_locked
from devmode.write_lock import write_transaction


def cancel_run(run_id: str, *, actor: str, reason: str, now: datetime) -> list[WorkItem]:
    """Cancel what of a run is live, and return those items. Raises RunNotFound."""
    if not Run.objects.filter(run_id=run_id).exists():
        raise RunNotFound(run_id=run_id)
    with write_transaction(ALIAS):
        return _cancel(list(WorkItem.objects.live().of_run(run_id).select_for_update()), actor, reason, now)


def cancel_item(work_item_hash: str, *, actor: str, reason: str, now: datetime) -> list[WorkItem]:
    """Cancel one item if it is live. Raises WorkItemNotFound."""
    with write_transaction(ALIAS):
        rows = WorkItem.objects.select_for_update().filter(work_item_hash=work_item_hash)
        if not rows:
            raise WorkItemNotFound(work_item_hash=work_item_hash)
        return _cancel([item for item in rows if not Status(item.status).is_terminal], actor, reason, now)


def _cancel(items: Sequence[WorkItem], actor: str, reason: str, now: datetime) -> list[WorkItem]:
    steps = [_step(item, actor, reason) for item in items if not item.cancel_requested]
    apply_locked(steps, now=now)
    return [step.item for step in steps]


def _step(item: WorkItem, actor: str, reason: str) -> Step:
    waits = Status(item.status) in WAITING
    return Step(
        item=item,
        event=EventType.CANCELED if waits else EventType.CANCEL_REQUESTED,
        to=Status.CANCELED if waits else None,
        actor=actor,
        facts={"cancel_requested": True, "cancel_reason": reason},
        payload={"reason": reason} if reason else {},
    )
