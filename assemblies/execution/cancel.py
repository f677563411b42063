"""Cancel: what waits ends at once; what runs ends when its worker has swept every process, or is gone.

A cancel always happens, even where the audit cannot be written: the event comes first, the audit entry after it.
To abandon a run is to cancel it without waiting for a worker that has stopped answering.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from assemblies.execution.errors import RunNotFound, WorkItemNotFound
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import LIVE, WAITING, EventType, Status
from assemblies.execution.transitions import ALIAS, Step, apply_locked
from devmode.write_lock import write_transaction

# What no worker answers for.
UNANSWERED = WAITING | {Status.STALLED}


def cancel_run(run_id: str, *, actor: str, reason: str, now: datetime) -> list[WorkItem]:
    """Cancel what of a run is live, and return those items. Raises RunNotFound."""
    return _cancel_run(run_id, actor, reason, now, WAITING)


def abandon_run(run_id: str, *, actor: str, reason: str, now: datetime) -> list[WorkItem]:
    """Cancel what of a run is live, what is stalled at once, and return those items. Raises RunNotFound.

    A worker that answers still sweeps its processes first. What one that comes back says is a `late_result`.
    """
    return _cancel_run(run_id, actor, reason, now, UNANSWERED)


def find_stale_runs(*, silent_since: datetime) -> "QuerySet[Run]":
    """Return the live runs of which nothing has happened since, and whose items no worker holds by a live lease."""
    lively = Q(last_event_at__gt=silent_since) | Q(status__in=LIVE - UNANSWERED)
    busy = WorkItem.objects.live().filter(lively).order_by().values("run_id")
    return Run.objects.live().filter(created_at__lte=silent_since).exclude(run_id__in=busy).order_by("created_at")


def _cancel_run(run_id: str, actor: str, reason: str, now: datetime, at_once: Collection[Status]) -> list[WorkItem]:
    if not Run.objects.filter(run_id=run_id).exists():
        raise RunNotFound(run_id=run_id)
    with write_transaction(ALIAS):
        return _cancel(list(WorkItem.objects.live().of_run(run_id).select_for_update()), actor, reason, now, at_once)


def cancel_item(work_item_hash: str, *, actor: str, reason: str, now: datetime) -> list[WorkItem]:
    """Cancel one item if it is live. Raises WorkItemNotFound."""
    with write_transaction(ALIAS):
        rows = WorkItem.objects.select_for_update().filter(work_item_hash=work_item_hash)
        if not rows:
            raise WorkItemNotFound(work_item_hash=work_item_hash)
        return _cancel([item for item in rows if not Status(item.status).is_terminal], actor, reason, now, WAITING)


def cancel_items_of_device(guid: str, *, actor: str, reason: str, now: datetime) -> int:
    """End every live item of a device that is trusted no more, within the current transaction; return how many.

    Nothing is waited for: what the device still sends is accepted no longer.
    """
    items = list(WorkItem.objects.live().filter(target_device=guid).select_for_update())
    return len(_cancel(items, actor, reason, now, LIVE))


def _cancel(
    items: Sequence[WorkItem], actor: str, reason: str, now: datetime, at_once: Collection[Status]
) -> list[WorkItem]:
    steps = [
        _step(item, actor, reason, ends=item.status in at_once)
        for item in items
        if item.status in at_once or not item.cancel_requested
    ]
    apply_locked(steps, now=now)
    return [step.item for step in steps]


def _step(item: WorkItem, actor: str, reason: str, *, ends: bool) -> Step:
    return Step(
        item=item,
        event=EventType.CANCELED if ends else EventType.CANCEL_REQUESTED,
        to=Status.CANCELED if ends else None,
        actor=actor,
        facts={"cancel_requested": True, "cancel_reason": reason},
        payload={"reason": reason} if reason else {},
    )
