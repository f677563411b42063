"""Imports of more documents than one request should wait for: begun by the request, carried out by a thread.

An operation ends in the transaction that imports its documents. Its thread holds a lock for as long as it lives: an
operation that still runs although nobody holds its lock was interrupted, and nothing of it was imported.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.db import connections
from django.utils import timezone
from filelock import FileLock, Timeout

from assemblies.actions.change import Event, Outcome, Receipt
from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.actions.permit import Permit
from assemblies.api.import_lines import documents_of, judge, no_result
from assemblies.bundles import Allowance, read_members, without_twins
from assemblies.bundles import Outcome as Read
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.durable_files import make_folder, write_new
from assemblies.errors import IdempotencyKeyReused
from assemblies.models import ImportOperation
from assemblies.web.errors import answer_of, error_body
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")

FOLDER = "imports"
# Up to so many documents are imported while the request waits.
MAX_WAITED_FOR = 200
# Where another server has the lock, this long without a sign of life says the same.
SILENT_FOR = timedelta(minutes=15)
PROGRESS_EVERY = 100
MAX_REFUSALS_KEPT = 1000
INTERRUPTED = error_body("interrupted", "The server ended before the import did; nothing was imported. Send it again.")
State = ImportOperation.State
Item = TypeVar("Item")
# One at a time: each holds its documents in memory.
_turn = Lock()


@dataclass(frozen=True, kw_only=True)
class Order:
    """What an operation is to do."""

    id: str
    source: str
    domain: Domain
    on_conflict: OnConflict
    permit: Permit
    event: Event | None

    @property
    def archive(self) -> Path:
        return _folder() / f"{self.id}.zip"


def find_begun(event: Event | None) -> ImportOperation | None:
    """Return the operation that this request began before. Raises IdempotencyKeyReused."""
    known = ImportOperation.objects.filter(pk=event.guid).first() if event else None
    if known and event and known.digest != event.digest:
        raise IdempotencyKeyReused()
    return known


def begin(
    archive: IO[bytes],
    *,
    source: str,
    domain: Domain,
    on_conflict: OnConflict,
    permit: Permit,
    event: Event | None,
) -> ImportOperation:
    """Keep the archive, remember the operation, and start its thread; `source` is what plain scripts come from."""
    order = Order(
        id=event.guid if event else str(uuid4()),
        source=source,
        domain=domain,
        on_conflict=on_conflict,
        permit=permit,
        event=event,
    )
    make_folder(_folder())
    _sweep()
    archive.seek(0)
    write_new(order.archive, iter(lambda: archive.read(1024 * 1024), b""))
    lock = _lock(order.id)
    lock.acquire(timeout=0)
    now = timezone.now()
    with write_transaction():
        operation = ImportOperation.objects.create(
            id=order.id,
            actor=permit.actor.name,
            digest=event.digest if event else "",
            started_at=now,
            seen_at=now,
        )
    Thread(target=_work, args=(order, lock), name=f"import-{order.id}", daemon=True).start()
    return operation


def current(operation: ImportOperation) -> ImportOperation:
    """Return the operation as it is; one whose thread is gone has failed."""
    if operation.state != State.RUNNING or not _is_abandoned(operation):
        return operation
    _end(operation.id, timezone.now(), state=State.FAILED, error=INTERRUPTED)
    _lock_file(operation.id).unlink(missing_ok=True)
    operation.refresh_from_db()
    return operation


def _is_abandoned(operation: ImportOperation) -> bool:
    if not _lock_file(operation.id).exists():
        return timezone.now() - operation.seen_at > SILENT_FOR
    try:
        with _lock(operation.id).acquire(timeout=0):
            return True
    except Timeout:
        return False


def _work(order: Order, lock: FileLock) -> None:
    try:
        with _turn:
            carry_out(order)
    except Exception as error:
        logger.exception("import %s failed", order.id)
        _fail(order.id, error)
    finally:
        connections.close_all()
        order.archive.unlink(missing_ok=True)
        lock.release()
        _lock_file(order.id).unlink(missing_ok=True)


def carry_out(order: Order) -> None:
    """Read the archive and import it; the operation ends in the same transaction. Raises what importing raises."""
    with order.archive.open("rb") as file:
        read = read_members(
            file,
            source=order.source,
            max_document_bytes=settings.MAX_DOCUMENT_BYTES,
            max_attachment_bytes=settings.MAX_ATTACHMENT_BYTES,
            allowance=Allowance(),
        )
        outcomes = list(without_twins(read))
    verdicts = judge(outcomes, order.domain, order.on_conflict, order.event)
    documents = documents_of(verdicts)
    _note(order.id, total=len(documents))

    def finish(receipts: Sequence[Receipt], now: datetime) -> None:
        _finish(order, verdicts, receipts, now)

    import_documents(
        documents,
        domain=order.domain,
        on_conflict=order.on_conflict,
        permit=order.permit,
        store=payload_store(),
        event=order.event,
        finish=finish,
        track=_Progress(order.id),
    )


def _finish(order: Order, verdicts: Sequence[Read], receipts: Sequence[Receipt], now: datetime) -> None:
    """End the operation, within the transaction that imports."""
    counts = {outcome: sum(one.outcome == outcome for one in receipts) for outcome in Outcome}
    refusals = [no_result(one) for one in verdicts if one.refusal]
    ImportOperation.objects.filter(pk=order.id).update(
        state=State.DONE,
        total=len(receipts),
        done=len(receipts),
        created=counts[Outcome.CREATED],
        updated=counts[Outcome.UPDATED],
        skipped=counts[Outcome.SKIPPED] + counts[Outcome.UNCHANGED],
        refused=sum(one.is_broken for one in verdicts),
        refusals=refusals[:MAX_REFUSALS_KEPT],
        seen_at=now,
    )


def _fail(operation_id: str, error: Exception) -> None:
    answer = answer_of(error)
    unforeseen = error_body("import_failed", "The import failed and nothing was imported; engine.log says why.")
    _end(operation_id, timezone.now(), state=State.FAILED, error=answer.body() if answer else unforeseen)


def _end(operation_id: str, now: datetime, **fields: Any) -> None:
    with write_transaction():
        ImportOperation.objects.filter(pk=operation_id, state=State.RUNNING).update(seen_at=now, **fields)


def _note(operation_id: str, **fields: Any) -> None:
    _end(operation_id, timezone.now(), **fields)


@dataclass(frozen=True)
class _Progress:
    """Notes now and then how many documents are durable."""

    operation_id: str

    def __call__(self, items: Iterable[Item], phase: str, total: int) -> Iterator[Item]:
        for number, item in enumerate(items):
            if number and number % PROGRESS_EVERY == 0:
                _note(self.operation_id, done=number)
            yield item


def _folder() -> Path:
    return Path(settings.RUNTIME_ROOT) / FOLDER


def _lock_file(operation_id: str) -> Path:
    return _folder() / f"{operation_id}.lock"


def _lock(operation_id: str) -> FileLock:
    # Acquired by the request, released by the thread.
    return FileLock(_lock_file(operation_id), thread_local=False, mode=0o600)


def _sweep() -> None:
    """Remove what interrupted operations left: archives that nobody holds."""
    for archive in _folder().glob("*.zip"):
        with ExitStack() as stack:
            try:
                stack.enter_context(_lock(archive.stem).acquire(timeout=0))
            except Timeout:
                continue
            archive.unlink(missing_ok=True)
