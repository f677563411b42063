"""What a worker says of an item it has claimed: one protocol for the built-in worker and for devices.

Every message names the worker and its attempt; only the worker that holds the item by that attempt is heard, any other
one is StaleAttempt. A message of the holder first brings a stalled item back to where it was, with a new lease.
Messages may be repeated: what was recorded is not recorded twice. A function that ends in `_locked` takes an item that
is locked within the current transaction; the others have a transaction of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Length

from assemblies.errors import InvalidField
from assemblies.execution.claim import LEASE
from assemblies.execution.models import RunOutput, WorkItem, WorkItemEvent
from assemblies.execution.states import EventType, Status
from assemblies.execution.transitions import ALIAS, Step, apply_locked, check_claimed, check_held, lock_item
from devmode.write_lock import write_transaction

MAX_CHUNK_BYTES = 64 * 1024
ENDS = {
    EventType.COMPLETED: Status.COMPLETED,
    EventType.FAILED: Status.FAILED,
    EventType.TIMED_OUT: Status.TIMED_OUT,
    EventType.CANCELED: Status.CANCELED,
}


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A piece of output: `seq` counts per attempt from 1 over both streams."""

    stream: str
    seq: int
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How an attempt ended, and what it printed in all: bytes, and the SHA-256 of each whole stream.

    `signature` is a device's own of this end; it stays with the event.
    """

    event: EventType
    exit_code: int | None = None
    error: str = ""
    output_bytes: int = 0
    output_dropped_bytes: int = 0
    stdout_sha256: str = ""
    stderr_sha256: str = ""
    result: Mapping[str, Any] | None = None
    signature: str = ""


def started(work_item_hash: str, attempt: int, *, worker_id: str, now: datetime) -> WorkItem:
    """Record that the process runs, and renew the claim. Repeated, it renews and no more."""
    with write_transaction(ALIAS):
        return started_locked(lock_item(work_item_hash), attempt, worker_id=worker_id, now=now)


def started_locked(item: WorkItem, attempt: int, *, worker_id: str, now: datetime) -> WorkItem:
    lease = {"lease_until": now + LEASE}
    _require_held(item, attempt, worker_id, now)
    if item.status == Status.DISPATCHED:
        apply_locked([_step(item, EventType.STARTED, Status.RUNNING, attempt, worker_id, facts=lease)], now=now)
    else:
        WorkItem.objects.filter(pk=item.pk).update(**lease)
    return item


def renew(worker_id: str, held: Iterable[tuple[str, int]], *, now: datetime) -> dict[str, bool]:
    """Renew the leases of what a worker holds. Returns, for each item it still holds, whether to cancel it.

    An item that is not in the answer is no longer this worker's: it must stop the run.
    """
    attempts = dict(held)
    with write_transaction(ALIAS):
        rows = (
            WorkItem.objects.held()
            .select_for_update()
            .filter(work_item_hash__in=attempts, assigned_worker_id=worker_id)
        )
        mine = [item for item in rows if attempts[item.work_item_hash] == item.attempt_number]
        renew_locked(mine, worker_id=worker_id, now=now)
    return {item.work_item_hash: item.cancel_requested for item in mine}


def renew_locked(items: Sequence[WorkItem], *, worker_id: str, now: datetime) -> None:
    _unstall(items, worker_id, now)
    WorkItem.objects.filter(pk__in=[item.pk for item in items]).update(lease_until=now + LEASE)


def add_output(
    work_item_hash: str, attempt: int, chunks: Sequence[Chunk], *, worker_id: str, max_bytes: int, now: datetime
) -> None:
    """Keep chunks of output, bytes as they are; what was kept before is not kept twice.

    At most `max_bytes` of an attempt are kept: the first quarter, and the newest of the rest. Also taken after the
    item ended, since a device sends its output when it can.
    """
    with write_transaction(ALIAS):
        item = lock_item(work_item_hash)
        add_output_locked(item, attempt, chunks, worker_id=worker_id, max_bytes=max_bytes, now=now)


def add_output_locked(
    item: WorkItem,
    attempt: int,
    chunks: Sequence[Chunk],
    *,
    worker_id: str,
    max_bytes: int,
    max_chunks: int | None = None,
    now: datetime,
) -> None:
    """As `add_output`; of an attempt with `max_chunks` nothing more is kept. Raises InvalidField, StaleAttempt."""
    if too_large := [chunk for chunk in chunks if len(chunk.content) > MAX_CHUNK_BYTES]:
        raise InvalidField(f"A chunk has at most {MAX_CHUNK_BYTES} bytes.", field=f"chunks[{too_large[0].seq}]")
    check_claimed(item, attempt, worker_id)
    count, size = _kept(item.work_item_hash, attempt)
    if max_chunks is not None:
        chunks = chunks[: max(max_chunks - count, 0)]
    RunOutput.objects.bulk_create([_row_of(item, attempt, chunk, now) for chunk in chunks], ignore_conflicts=True)
    if size + sum(len(chunk.content) for chunk in chunks) > max_bytes:
        _trim(item.work_item_hash, attempt, max_bytes)


def _row_of(item: WorkItem, attempt: int, chunk: Chunk, now: datetime) -> RunOutput:
    return RunOutput(
        run_id=item.run_id,
        work_item_hash=item.work_item_hash,
        attempt_number=attempt,
        stream=chunk.stream,
        seq=chunk.seq,
        content=chunk.content,
        received_at=now,
    )


def _trim(work_item_hash: str, attempt: int, max_bytes: int) -> None:
    """Remove the oldest chunks between the head and the newest ones until `max_bytes` are left."""
    chunks = RunOutput.objects.filter(work_item_hash=work_item_hash, attempt_number=attempt)
    sizes = list(chunks.order_by("seq").values_list("pk", Length("content")))
    excess, head = sum(size for _pk, size in sizes) - max_bytes, 0
    removed = []
    for pk, size in sizes:
        if excess <= 0:
            break
        if head + size <= max_bytes // 4:
            head += size
            continue
        removed.append(pk)
        excess -= size
    if removed:
        RunOutput.objects.filter(pk__in=removed).delete()


def ended(work_item_hash: str, attempt: int, end: Ended, *, worker_id: str, now: datetime) -> WorkItem:
    """Record the end of an attempt: completed, failed, timed out or canceled; a retry follows where it is due.

    Raises StaleAttempt, AlreadyFinalized.
    """
    with write_transaction(ALIAS):
        return ended_locked(lock_item(work_item_hash), attempt, end, worker_id=worker_id, now=now)


def ended_locked(item: WorkItem, attempt: int, end: Ended, *, worker_id: str, now: datetime) -> WorkItem:
    _require_held(item, attempt, worker_id, now)
    apply_locked([_end_step(item, attempt, end, worker_id, now)], now=now)
    return item


def keep_late_result_locked(item: WorkItem, attempt: int, end: Ended, *, worker_id: str, now: datetime) -> None:
    """Keep, once, what a worker says of an item that was ended without it. No status changes. Raises StaleAttempt."""
    check_claimed(item, attempt, worker_id)
    told = WorkItemEvent.objects.filter(work_item_hash=item.work_item_hash, actor=worker_id, attempt_number=attempt)
    if told.filter(event_type__in=[EventType.LATE_RESULT, *ENDS]).exists():
        return
    payload = {"event": end.event.value, "error": end.error, **_payload_of(end)}
    apply_locked([Step(item=item, event=EventType.LATE_RESULT, actor=worker_id, payload=payload)], now=now)


def kept_bytes(work_item_hash: str, attempt: int) -> int:
    """Return how many bytes of an attempt's output are kept."""
    return _kept(work_item_hash, attempt)[1]


def _kept(work_item_hash: str, attempt: int) -> tuple[int, int]:
    """Return of how many chunks, and how many bytes, an attempt's kept output is."""
    rows = RunOutput.objects.filter(work_item_hash=work_item_hash, attempt_number=attempt)
    found = rows.aggregate(chunks=Count("id"), size=Sum(Length("content")))
    return found["chunks"], found["size"] or 0


def _payload_of(end: Ended) -> dict[str, Any]:
    facts = {"exit_code": end.exit_code, "result_signature": end.signature or None}
    return {name: value for name, value in facts.items() if value is not None}


def _require_held(item: WorkItem, attempt: int, worker_id: str, now: datetime) -> None:
    """Bring an item that the worker holds back from a stall. Raises StaleAttempt, AlreadyFinalized."""
    check_held(item, attempt, worker_id)
    _unstall([item], worker_id, now)


def _unstall(items: Iterable[WorkItem], worker_id: str, now: datetime) -> None:
    """Bring those that are stalled back to where they were, with a new lease: the old one would stall them again."""
    apply_locked(
        [
            _step(
                item,
                EventType.UNSTALLED,
                Status(item.prior_status),
                item.attempt_number,
                worker_id,
                facts={"lease_until": now + LEASE},
            )
            for item in items
            if item.status == Status.STALLED
        ],
        now=now,
    )


def _step(item: WorkItem, event: EventType, to: Status, attempt: int, worker_id: str, **facts: Any) -> Step:
    return Step(item=item, event=event, to=to, attempt=attempt, actor=worker_id, **facts)


def _end_step(item: WorkItem, attempt: int, end: Ended, worker_id: str, now: datetime) -> Step:
    attempt_facts = {
        "exit_code": end.exit_code,
        "output_bytes": end.output_bytes,
        "output_dropped_bytes": end.output_dropped_bytes,
        "stdout_sha256": end.stdout_sha256,
        "stderr_sha256": end.stderr_sha256,
    }
    payload = _payload_of(end)
    facts: dict[str, Any] = {"last_error": end.error, "result": dict(end.result or {})}
    failed = end.event in {EventType.FAILED, EventType.TIMED_OUT}
    if failed and item.attempt_number < item.max_attempts and not item.cancel_requested:
        delay = timedelta(milliseconds=item.retry_backoff_ms * item.attempt_number)
        outcome = {"outcome": "TimedOut" if end.event is EventType.TIMED_OUT else "Failed"}
        return _step(
            item,
            EventType.RETRY_SCHEDULED,
            Status.RETRY_SCHEDULED,
            attempt,
            worker_id,
            facts=facts | {"retry_after": now + delay},
            attempt_facts=attempt_facts | outcome,
            payload=payload,
        )
    to = ENDS[end.event]
    return _step(item, end.event, to, attempt, worker_id, facts=facts, attempt_facts=attempt_facts, payload=payload)
