"""The one writer of work items: lock the row, check the edge, write item, event and attempt in one transaction.

Everything that happens to an item is a `Step` here, by anyone's request. The steps of one call are one transaction
under the write lock of `execution`; the status of each run concerned follows in the same transaction, and a run whose
last item ended is sealed in it. Lock order: the `execution` lock alone; never while the library's lock is held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from assemblies.execution import changes
from assemblies.execution.errors import AlreadyFinalized, IllegalTransition, StaleAttempt, WorkItemNotFound
from assemblies.execution.events import next_event
from assemblies.execution.models import (
    Outcome,
    WorkItem,
    WorkItemAttempt,
    WorkItemEvent,
    WorkItemSecret,
)
from assemblies.execution.run_outcome import update_runs
from assemblies.execution.states import (
    HELD,
    SYSTEM,
    TERMINAL,
    EventType,
    Status,
    counts_as,
    is_legal,
)
from devmode.write_lock import write_transaction

ALIAS = "execution"
MAX_ERROR_LENGTH = 2000
PREDECESSOR_FAILED = "predecessor_not_completed"
# Which column of the item keeps the time of an event.
TIMES = {
    EventType.DISPATCHED: ("dispatched_at", "claimed_at"),
    EventType.STARTED: ("started_at",),
    EventType.STALLED: ("stalled_at",),
    EventType.COMPLETED: ("completed_at",),
    EventType.FAILED: ("completed_at",),
    EventType.TIMED_OUT: ("completed_at",),
    EventType.CANCELED: ("completed_at", "canceled_at"),
    EventType.EXPIRED: ("completed_at", "canceled_at"),
    EventType.RESTORED: ("completed_at", "canceled_at"),
}
OUTCOMES = {
    EventType.COMPLETED: Outcome.COMPLETED,
    EventType.FAILED: Outcome.FAILED,
    EventType.TIMED_OUT: Outcome.TIMED_OUT,
    EventType.CANCELED: Outcome.CANCELED,
    EventType.RESTORED: Outcome.CANCELED,
}
# What `_take` and `next_event` change by themselves.
ALWAYS_WRITTEN = frozenset(
    "status prior_status revision lease_until last_error events_written last_event_hash last_event_at".split()
)
# A fact that changes no status but may come after the end.
AFTER_THE_END = {EventType.LATE_RESULT}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One event of one locked item.

    `to` is where the event leads; None leaves the status as it is. `attempt` is the attempt for which the actor, a
    worker, speaks: None where nobody needs to hold the item. `facts` are columns of the item to set, `attempt_facts`
    columns of its attempt; `payload` is what else the event says.
    """

    item: WorkItem
    event: EventType
    to: Status | None = None
    actor: str
    attempt: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    attempt_facts: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)


def apply(work_item_hash: str, event: EventType, *, now: datetime, actor: str, **step: Any) -> WorkItem:
    """Make one step of one item, in a transaction of its own, and return the item as it is then.

    Raises WorkItemNotFound, IllegalTransition, AlreadyFinalized, StaleAttempt.
    """
    with write_transaction(ALIAS):
        item = lock_item(work_item_hash)
        apply_locked([Step(item=item, event=event, actor=actor, **step)], now=now)
    return item


def lock_item(work_item_hash: str) -> WorkItem:
    """Read and lock an item within the current transaction. Raises WorkItemNotFound."""
    item = WorkItem.objects.select_for_update().filter(work_item_hash=work_item_hash).first()
    if item is None:
        raise WorkItemNotFound(work_item_hash=work_item_hash)
    return item


def apply_locked(steps: Sequence[Step], *, now: datetime) -> None:
    """Make steps of locked items within the current transaction; either all of them or none.

    What follows on an item of a workflow is released by its completion and canceled by any other end.
    """
    moved = set[str]()
    while steps:
        moved |= _write(steps, now)
        steps = _steps_of_followers(steps) if _has_ended(steps) else []
    if moved:
        update_runs(moved, now=now)


def _has_ended(steps: Sequence[Step]) -> bool:
    return any(Status(step.item.status).is_terminal for step in steps)


def _write(steps: Sequence[Step], now: datetime) -> set[str]:
    """Write steps, and return the runs whose status may follow."""
    events: list[WorkItemEvent] = []
    attempts: dict[tuple[str, int], WorkItemAttempt] = _attempts_of(steps)
    for step in steps:
        check(step)
        events.append(_take(step, attempts, now))
    items = {step.item.work_item_hash: step.item for step in steps}
    columns = _columns_of(steps)
    for item in items.values():
        item.save(force_update=True, update_fields=columns)
    WorkItemEvent.objects.bulk_create(events)
    for attempt in attempts.values():
        attempt.save()
    written: list[changes.Row] = [*items.values(), *attempts.values(), *events]
    changes.note(changes.Change.of(row) for row in written)
    ended = [item.work_item_hash for item in items.values() if Status(item.status).is_terminal]
    if ended:
        WorkItemSecret.objects.filter(work_item_hash__in=ended).delete()
    return {event.run_id for event in events if counts_as(event.from_status) != counts_as(event.to_status)}


def _columns_of(steps: Sequence[Step]) -> set[str]:
    """Return the columns that `_take` may have changed."""
    named = {name for step in steps for name in (*step.facts, *TIMES.get(step.event, ()))}
    return named | ALWAYS_WRITTEN


def _steps_of_followers(steps: Sequence[Step]) -> list[Step]:
    """Release what waited for the items of `steps` alone; return the cancels of what will never begin.

    The followers are locked before the ends of their predecessors are read: of two predecessors that end at once in
    two transactions the later one sees both.
    """
    run_ids = {step.item.run_id for step in steps}
    blocked = WorkItem.objects.live().filter(run_id__in=run_ids, is_blocked=True).select_for_update().order_by("id")
    if not (waiting := list(blocked)):
        return []
    rows = WorkItem.objects.filter(run_id__in=run_ids).values_list("work_item_hash", "status")
    statuses = {key: Status(status) for key, status in rows}
    before = {item.pk: {statuses[key] for key in item.predecessors} for item in waiting}
    ready = [pk for pk, found in before.items() if found == {Status.COMPLETED}]
    WorkItem.objects.filter(pk__in=ready).update(is_blocked=False, waiting_for="")
    return [_never_begun(item) for item in waiting if before[item.pk] & (TERMINAL - {Status.COMPLETED})]


def _never_begun(item: WorkItem) -> Step:
    return Step(
        item=item,
        event=EventType.CANCELED,
        to=Status.CANCELED,
        actor=SYSTEM,
        facts={"cancel_reason": PREDECESSOR_FAILED, "last_error": PREDECESSOR_FAILED},
        payload={"reason": PREDECESSOR_FAILED},
    )


def check(step: Step) -> None:
    """Raise StaleAttempt, AlreadyFinalized or IllegalTransition unless the step may be made."""
    item = step.item
    origin = Status(item.status)
    if step.attempt is not None:
        check_held(item, step.attempt, step.actor)
    if origin.is_terminal and step.event not in AFTER_THE_END:
        raise AlreadyFinalized(work_item_hash=item.work_item_hash, status=origin.value)
    target = step.to or origin
    if not is_legal(step.event, origin, target):
        raise IllegalTransition(
            work_item_hash=item.work_item_hash, event=step.event.value, **{"from": origin.value, "to": target.value}
        )


def check_held(item: WorkItem, attempt: int, worker_id: str) -> None:
    """Raise StaleAttempt unless the worker holds the item by this attempt, AlreadyFinalized where it did to the end."""
    check_claimed(item, attempt, worker_id)
    status = Status(item.status)
    if status.is_terminal:
        raise AlreadyFinalized(work_item_hash=item.work_item_hash, status=status.value)
    if status not in HELD:
        raise _stale(item)


def check_claimed(item: WorkItem, attempt: int, worker_id: str) -> None:
    """Raise StaleAttempt unless the worker made the latest claim of the item, with this attempt."""
    if (attempt, worker_id) != (item.attempt_number, item.assigned_worker_id):
        raise _stale(item)


def _stale(item: WorkItem) -> StaleAttempt:
    return StaleAttempt(work_item_hash=item.work_item_hash, attempt_number=item.attempt_number)


def _take(step: Step, attempts: dict[tuple[str, int], WorkItemAttempt], now: datetime) -> WorkItemEvent:
    item, origin = step.item, step.item.status
    target = step.to or Status(origin)
    for name, value in step.facts.items():
        setattr(item, name, value)
    if target != origin:
        item.prior_status, item.status = origin, target
        item.revision += 1
    for column in TIMES.get(step.event, ()):
        setattr(item, column, now)
    if target.is_terminal or target is Status.RETRY_SCHEDULED:
        item.lease_until = None
    item.last_error = item.last_error[:MAX_ERROR_LENGTH]
    _take_attempt(step, attempts, now)
    return next_event(
        item,
        step.event,
        from_status=origin,
        to_status=target,
        actor=step.actor,
        payload=step.payload,
        now=now,
    )


def _take_attempt(step: Step, attempts: dict[tuple[str, int], WorkItemAttempt], now: datetime) -> None:
    item, key = step.item, (step.item.work_item_hash, step.item.attempt_number)
    if step.event is EventType.DISPATCHED:
        attempts[key] = WorkItemAttempt(
            work_item_hash=item.work_item_hash,
            attempt_number=item.attempt_number,
            run_id=item.run_id,
            worker_id=item.assigned_worker_id,
            dispatched_at=now,
            outcome=Outcome.DISPATCHED,
        )
    attempt = attempts.get(key)
    if attempt is None:
        return
    for name, value in step.attempt_facts.items():
        setattr(attempt, name, value)
    attempt.revision += 1
    if step.event is EventType.STARTED:
        attempt.started_at = now
    elif step.event is EventType.STALLED:
        attempt.outcome = Outcome.STALLED
    elif step.event is EventType.UNSTALLED:
        attempt.outcome = Outcome.DISPATCHED
    elif step.event in OUTCOMES or step.event is EventType.RETRY_SCHEDULED:
        attempt.outcome = OUTCOMES.get(step.event, step.attempt_facts.get("outcome", Outcome.FAILED))
        attempt.ended_at = now
        attempt.error = item.last_error
        begin = attempt.started_at or attempt.dispatched_at or now
        attempt.duration_ms = max(0, (now - begin) // timedelta(milliseconds=1))


def _attempts_of(steps: Sequence[Step]) -> dict[tuple[str, int], WorkItemAttempt]:
    """Return the current attempts of items that have one."""
    claimed = [step.item.work_item_hash for step in steps if step.event is not EventType.DISPATCHED]
    current = {(step.item.work_item_hash, step.item.attempt_number) for step in steps}
    rows = WorkItemAttempt.objects.filter(work_item_hash__in=claimed) if claimed else ()
    found = {(row.work_item_hash, row.attempt_number): row for row in rows}
    return {key: row for key, row in found.items() if key in current}
