"""Runs for tests, put into the queue without a library behind them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone

from assemblies.execution.claim import WorkerFacts, claim
from assemblies.execution.enqueue import ItemOrder, RunOrder, enqueue
from assemblies.execution.models import Run, WorkItem
from assemblies.execution.states import EventType
from assemblies.execution.worker_messages import Chunk, Ended, add_output, ended, started
from devmode.models.installation import Installation

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EPOCH = "epoch-1"
BASH = ("AssemblyRun", "Bash")
WORKER = WorkerFacts(worker_id="worker-1", actions=frozenset({BASH}))


def order(items: int = 1, *, item: dict[str, Any] | None = None, **fields: Any) -> RunOrder:
    one: dict[str, Any] = {"capability": BASH[0], "action": BASH[1], "settings": {}, "timeout_seconds": 60}
    values: dict[str, Any] = {
        "run_id": str(uuid4()),
        "instance_id": "instance",
        "epoch": EPOCH,
        "assembly_guid": "a" * 32,
        "display_name": "Say hello",
        "domain": "user",
        "revision": 1,
        "content_hash": "c" * 64,
        "actor": "olga",
        "actor_id": 1,
        "reason": "",
        "targets": ["server"],
    }
    values |= fields
    values.setdefault("frozen", {"run_id": values["run_id"]})
    return RunOrder(items=[ItemOrder(**(one | (item or {}))) for _number in range(items)], **values)


def enqueued(items: int = 1, *, now: datetime = NOW, **fields: Any) -> Run:
    return enqueue(order(items, **fields), now=now)


def claimed(now: datetime = NOW, worker: WorkerFacts = WORKER, limit: int = 1) -> list[WorkItem]:
    return claim(worker, limit=limit, epoch=EPOCH, now=now)


def item_of(run: Run) -> WorkItem:
    return WorkItem.objects.get(run_id=run.run_id)


def carry_out(
    *chunks: bytes, event: EventType = EventType.COMPLETED, error: str = "", is_over: bool = True
) -> WorkItem:
    """Play the worker for the next item of the library's own queue."""
    now = timezone.now()
    [item] = claim(WORKER, limit=1, epoch=Installation.current().epoch, now=now)
    names = (item.work_item_hash, item.attempt_number)
    started(*names, worker_id=WORKER.worker_id, now=now)
    output = [Chunk(stream="stdout", seq=number, content=chunk) for number, chunk in enumerate(chunks)]
    add_output(*names, output, worker_id=WORKER.worker_id, max_bytes=1 << 20, now=now)
    if is_over:
        end_run(item, event=event, error=error, output_bytes=sum(map(len, chunks)))
    return item


def end_run(item: WorkItem, *, event: EventType = EventType.COMPLETED, error: str = "", output_bytes: int = 0) -> None:
    """Play the worker's last message about an item that it carries out."""
    end = Ended(event=event, exit_code=0 if event is EventType.COMPLETED else 2, error=error, output_bytes=output_bytes)
    ended(item.work_item_hash, item.attempt_number, end, worker_id=WORKER.worker_id, now=timezone.now())
