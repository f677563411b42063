"""Put a run into the queue: Run, Manifest, WorkItems and their first events in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from assemblies.execution import changes
from assemblies.execution.epoch import adopt_epoch
from assemblies.execution.errors import QueueFull
from assemblies.execution.events import next_event
from assemblies.execution.manifests import freeze
from assemblies.execution.models import Manifest, Run, RunMode, WorkItem, WorkItemEvent, WorkItemSecret
from assemblies.execution.states import CLAIMABLE, EventType, Status
from assemblies.execution.transitions import ALIAS
from devmode.write_lock import write_transaction

MAX_QUEUED = 5000
PRIORITY_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class ItemOrder:
    """What one work item is to do; `settings` is frozen, `ciphertext` its encrypted credentials if it has any.

    `parent` and `after` number items of the same order: the one it belongs to, and those that must complete first,
    each before it. `assembly_guid` is that of the run unless it says another.
    """

    capability: str
    action: str
    settings: Mapping[str, Any]
    timeout_seconds: int
    target_device: str = ""
    node_hash: str = ""
    parent: int | None = None
    after: Sequence[int] = ()
    assembly_guid: str = ""
    ciphertext: bytes = b""
    waiting_for: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RunOrder:
    """A run that was examined and permitted: everything of it is fixed here. `frozen` is what the manifest pins.

    `instance_id` and `epoch` are those of `default`, whose audit has the run.
    """

    run_id: str
    instance_id: str
    epoch: str
    assembly_guid: str
    display_name: str
    domain: str
    revision: int | None
    content_hash: str
    actor: str
    actor_id: int | None
    reason: str
    targets: Sequence[str]
    frozen: Mapping[str, Any]
    items: Sequence[ItemOrder]
    run_mode: RunMode = RunMode.STANDARD
    priority: int = 0
    affinity_key: str = ""
    require_affinity_match: bool = False
    max_attempts: int = 1
    retry_when_lost: bool = False
    expires_at: datetime | None = None
    rerun_of: str = ""
    request_digest: str = ""


def enqueue(order: RunOrder, *, now: datetime) -> Run:
    """Make the run durable and claimable. Called again for the same GUID, it returns the run that is there.

    Raises QueueFull.
    """
    [run] = enqueue_together([order], now=now)
    return run


def enqueue_together(
    orders: Sequence[RunOrder], *, now: datetime, along: Callable[[], object] = lambda: None
) -> list[Run]:
    """Enqueue several runs in one transaction, in which `along` is called first. Raises QueueFull."""
    frozen = _frozen(orders)
    with write_transaction(ALIAS):
        along()
        return [_enqueue(order, *parts, now) for order, parts in frozen]


Frozen = Sequence[tuple[RunOrder, tuple[str, str]]]


def enqueue_groups(
    groups: Sequence[tuple[Sequence[RunOrder], Callable[[], object]]], *, now: datetime, giving_way: type[Exception]
) -> list[bool]:
    """Enqueue groups of runs, each with its `along`, in one transaction, and return which were.

    One whose `along` raises `giving_way` is left out; whatever else is raised undoes all of them.
    """
    prepared = [(_frozen(orders), along) for orders, along in groups]
    with write_transaction(ALIAS):
        return [_enqueue_group(frozen, along, now, giving_way) for frozen, along in prepared]


def _enqueue_group(frozen: Frozen, along: Callable[[], object], now: datetime, giving_way: type[Exception]) -> bool:
    try:
        with transaction.atomic(ALIAS):
            along()
            for order, parts in frozen:
                _enqueue(order, *parts, now)
    except giving_way:
        return False
    return True


def _frozen(orders: Sequence[RunOrder]) -> Frozen:
    return [(order, freeze(dict(order.frozen))) for order in orders]


def _enqueue(order: RunOrder, digest: str, frozen: str, now: datetime) -> Run:
    if made := Run.objects.filter(run_id=order.run_id).first():
        return made
    # Before anything of this epoch is queued: what an earlier one left there is canceled.
    adopt_epoch(order.epoch, now=now)
    require_room(len(order.items))
    run = _run(order, digest, now)
    manifest = Manifest.objects.create(
        hash=digest,
        instance_id=order.instance_id,
        run_id=order.run_id,
        operation_hash=order.assembly_guid,
        operation_name=order.display_name,
        status=Status.QUEUED,
        run_mode=order.run_mode,
        start_time=now,
        frozen_json=frozen,
    )
    changes.note(changes.Change.of(row) for row in (*_enqueue_items(order, digest, now), manifest))
    return run


def require_room(items: int) -> None:
    """Raise QueueFull when so many more items are too many."""
    queued = WorkItem.objects.filter(status__in=CLAIMABLE).count()
    if queued + items > MAX_QUEUED:
        raise QueueFull(queued=queued, limit=MAX_QUEUED)


def _run(order: RunOrder, digest: str, now: datetime) -> Run:
    return Run.objects.create(
        run_id=order.run_id,
        instance_id=order.instance_id,
        assembly_guid=order.assembly_guid,
        display_name=order.display_name,
        domain=order.domain,
        revision=order.revision,
        content_hash=order.content_hash,
        actor=order.actor,
        actor_id=order.actor_id,
        reason=order.reason,
        targets=list(order.targets),
        rerun_of=order.rerun_of,
        request_digest=order.request_digest,
        created_at=now,
        manifest_hash=digest,
    )


def _enqueue_items(order: RunOrder, digest: str, now: datetime) -> list[WorkItem | WorkItemEvent]:
    hashes = [f"wi-{uuid4()}" for _item_order in order.items]
    items = [_item(order, number, hashes, digest, now) for number in range(len(order.items))]
    events = [
        next_event(
            item, EventType.ENQUEUED, from_status="", to_status=item.status, actor=order.actor, payload={}, now=now
        )
        for item in items
    ]
    WorkItem.objects.bulk_create(items)
    WorkItemEvent.objects.bulk_create(events)
    WorkItemSecret.objects.bulk_create(
        WorkItemSecret(work_item_hash=item.work_item_hash, ciphertext=one.ciphertext)
        for item, one in zip(items, order.items, strict=True)
        if one.ciphertext
    )
    return [*items, *events]


def _item(order: RunOrder, number: int, hashes: Sequence[str], digest: str, now: datetime) -> WorkItem:
    one = order.items[number]
    return WorkItem(
        work_item_hash=hashes[number],
        instance_id=order.instance_id,
        run_id=order.run_id,
        run_hash=digest,
        node_hash=one.node_hash,
        parent_hash="" if one.parent is None else hashes[one.parent],
        predecessors=[hashes[before] for before in one.after],
        is_blocked=bool(one.after),
        operation_hash=one.assembly_guid or order.assembly_guid,
        idempotency_key=f"{order.run_id}:{number}",
        capability=one.capability,
        action=one.action,
        settings=dict(one.settings),
        priority=order.priority,
        queue_position=now - timedelta(seconds=PRIORITY_SECONDS * order.priority),
        affinity_key=order.affinity_key,
        require_affinity_match=order.require_affinity_match,
        target_device=one.target_device,
        status=Status.ASSIGNED if one.target_device else Status.QUEUED,
        assigned_at=now if one.target_device else None,
        max_attempts=order.max_attempts,
        retry_when_lost=order.retry_when_lost,
        timeout_ms=one.timeout_seconds * 1000,
        expires_at=one.expires_at or order.expires_at,
        waiting_for=one.waiting_for,
        enqueued_at=now,
        actor=order.actor,
    )
