"""What time does to work items: leases run out, retries come due, waiting work expires. Idempotent; any number may run.

A worker on a server renews its lease every HEARTBEAT; when it cannot, it stops its own run before the lease is over
(a run that nobody answers for must not go on). A device may be cut off for long: its items stay stalled until their
timeout and DEVICE_PATIENCE are over.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from assemblies.execution.models import WorkItem
from assemblies.execution.states import SYSTEM, WAITING, EventType, Status
from assemblies.execution.transitions import ALIAS, Step, apply_locked
from devmode.write_lock import write_transaction

HEARTBEAT = timedelta(seconds=10)
GRACE = timedelta(seconds=10)
DEVICE_PATIENCE = timedelta(hours=24)
BATCH = 200
WORKER_LOST = "worker_lost"


def sweep_work_items(*, now: datetime) -> int:
    """Let time pass over every live item, and return how many steps that took. Ends when nothing is due."""
    steps = 0
    while count := _sweep_batch(now):
        steps += count
    return steps


def find_due(now: datetime) -> Iterator[WorkItem]:
    """Yield some items that a sweep would change. Reading only: a sweep of nothing takes no lock."""
    return WorkItem.objects.filter(_due(now)).order_by("id")[:BATCH].iterator()


def _sweep_batch(now: datetime) -> int:
    if next(find_due(now), None) is None:
        return 0
    with write_transaction(ALIAS):
        rows = WorkItem.objects.select_for_update().filter(_due(now)).order_by("id")[:BATCH]
        steps = [_step_of(item, now) for item in rows]
        apply_locked(steps, now=now)
    return len(steps)


def _due(now: datetime) -> Q:
    """Select exactly what `_step_of` has a step for: whatever is selected must leave the selection by its step."""
    return (
        Q(status__in=[Status.DISPATCHED, Status.RUNNING], lease_until__lte=now)
        | Q(status=Status.STALLED, lost_at__lte=now)
        # A cancel that nobody answers: a device is not waited for as long as its work would be.
        | Q(status=Status.STALLED, cancel_requested=True, stalled_at__lte=now - GRACE)
        | Q(status=Status.RETRY_SCHEDULED, retry_after__lte=now)
        | Q(status__in=WAITING, expires_at__lte=now)
    )


def _step_of(item: WorkItem, now: datetime) -> Step:
    status = Status(item.status)
    if status in WAITING and item.expires_at is not None and item.expires_at <= now:
        return _system(item, EventType.EXPIRED, Status.CANCELED, cancel_reason="expired", last_error="expired")
    if status is Status.RETRY_SCHEDULED:
        return _system(item, EventType.REQUEUED, Status.QUEUED, retry_after=None, assigned_worker_id="")
    if status in {Status.DISPATCHED, Status.RUNNING}:
        return _system(item, EventType.STALLED, Status.STALLED, lost_at=_lost_at(item, now))
    return _lost(item, now)


def _lost_at(item: WorkItem, now: datetime) -> datetime:
    """Return until when a stalled item's worker may come back."""
    if not item.target_device or item.cancel_requested:
        return now + GRACE
    begin = item.started_at or item.dispatched_at or item.enqueued_at
    return begin + timedelta(milliseconds=item.timeout_ms) + DEVICE_PATIENCE


def _lost(item: WorkItem, now: datetime) -> Step:
    """What becomes of a claim that nobody answers for: at most once, unless its submitter chose otherwise."""
    if item.cancel_requested:
        return _system(item, EventType.CANCELED, Status.CANCELED, last_error=WORKER_LOST)
    if item.retry_when_lost and item.attempt_number < item.max_attempts:
        due = now + timedelta(milliseconds=item.retry_backoff_ms * item.attempt_number)
        return _system(item, EventType.RETRY_SCHEDULED, Status.RETRY_SCHEDULED, retry_after=due, last_error=WORKER_LOST)
    return _system(item, EventType.FAILED, Status.FAILED, last_error=WORKER_LOST)


def _system(item: WorkItem, event: EventType, to: Status, **facts: object) -> Step:
    return Step(item=item, event=event, to=to, actor=SYSTEM, facts=facts)
