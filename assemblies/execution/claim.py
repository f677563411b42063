"""Claim work: at most once per item and attempt, whatever the number of workers, on SQLite and PostgreSQL.

SQLite: claims queue at the write lock. PostgreSQL: rows that another claim has locked are skipped. A claim names the
attempt; every later message of the worker carries its number, and another number is refused (fencing).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connections
from django.db.models import Q, QuerySet

from assemblies.execution.epoch import adopt_epoch
from assemblies.execution.models import AffinityBinding, WorkItem
from assemblies.execution.states import EventType, Status
from assemblies.execution.transitions import ALIAS, Step, apply_locked
from devmode.write_lock import write_transaction

LEASE = timedelta(seconds=30)
# Looked at beyond what is claimed, so that an item this worker may not take never blocks those behind it.
CANDIDATES = 200


@dataclass(frozen=True, kw_only=True)
class WorkerFacts:
    """Who claims: its id, the device it speaks for ("" on a server), and the actions it can carry out by capability."""

    worker_id: str
    device: str = ""
    actions: Collection[tuple[str, str]] = field(default_factory=frozenset)


def claim(worker: WorkerFacts, *, limit: int, epoch: str, now: datetime) -> list[WorkItem]:
    """Claim up to `limit` items for a worker and return them, dispatched, in the order of the queue.

    `epoch` is the one that `default` names now. Where it is not the queue's, a restore has come between: every live
    item is canceled first and nothing is claimed.
    """
    if not worker.actions or limit < 1:
        return []
    with write_transaction(ALIAS):
        return claim_locked(worker, limit=limit, epoch=epoch, now=now)


def claim_locked(worker: WorkerFacts, *, limit: int, epoch: str, now: datetime) -> list[WorkItem]:
    """As `claim`, within the current transaction."""
    if adopt_epoch(epoch, now=now):
        return []
    items = _candidates(worker, limit, now)
    apply_locked([_dispatch(item, worker, now) for item in items], now=now)
    _bind(items, worker, now)
    return items


def _candidates(worker: WorkerFacts, limit: int, now: datetime) -> list[WorkItem]:
    able = Q()
    for capability, action in worker.actions:
        able |= Q(capability=capability, action=action)
    rows = (
        WorkItem.objects.claimable()
        .filter(able, target_device=worker.device, cancel_requested=False)
        .filter(Q(assigned_worker_id="") | Q(assigned_worker_id=worker.worker_id))
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
    )
    # "Assigned" sorts before "Queued": what was meant for this worker comes first.
    ordered = rows.order_by("status", "queue_position", "id")
    chosen = _affine(list(_locked(ordered)[: max(limit, CANDIDATES)]), worker)
    return chosen[:limit]


def _locked(rows: "QuerySet[WorkItem]") -> "QuerySet[WorkItem]":
    if connections[ALIAS].features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True)
    return rows


def _affine(items: Sequence[WorkItem], worker: WorkerFacts) -> list[WorkItem]:
    """Leave out what requires the worker that another has been bound to."""
    keys = {item.affinity_key for item in items if item.affinity_key and item.require_affinity_match}
    bindings = AffinityBinding.objects.filter(affinity_key__in=keys) if keys else ()
    bound = {binding.affinity_key: binding.worker_id for binding in bindings}
    return [
        item
        for item in items
        if not item.require_affinity_match or bound.get(item.affinity_key, worker.worker_id) == worker.worker_id
    ]


def _dispatch(item: WorkItem, worker: WorkerFacts, now: datetime) -> Step:
    waited = max(0, (now - item.enqueued_at) // timedelta(milliseconds=1))
    return Step(
        item=item,
        event=EventType.DISPATCHED,
        to=Status.DISPATCHED,
        actor=worker.worker_id,
        facts={
            "attempt_number": item.attempt_number + 1,
            "assigned_worker_id": worker.worker_id,
            "lease_until": now + LEASE,
            "waiting_for": "",
            "queue_wait_ms": item.queue_wait_ms if item.queue_wait_ms is not None else waited,
        },
    )


def _bind(items: Sequence[WorkItem], worker: WorkerFacts, now: datetime) -> None:
    for key in {item.affinity_key for item in items if item.affinity_key}:
        AffinityBinding.objects.update_or_create(
            affinity_key=key, defaults={"worker_id": worker.worker_id, "bound_at": now}
        )
