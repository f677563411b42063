"""The write queue: each line of it, and how each domain's part stands, as a snapshot knows them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from assemblies.catalogue.snapshot import Snapshot
from assemblies.domains import Domain
from assemblies.journal.pending import PendingWrite
from assemblies.models import JournalEntry


def pending_page(snapshot: Snapshot, *, offset: int, limit: int) -> list[PendingWrite]:
    """Return part of the queue, oldest first: one line per assembly, at one query whatever waits."""
    oldest_first = sorted(snapshot.waiting, key=lambda guid: snapshot.waiting[guid].revisions[0])
    guids = list(islice(oldest_first, offset, offset + limit))
    last = _last_entries(snapshot, guids)
    return [_write(snapshot, guid, last[guid]) for guid in guids if guid in last]


def _last_entries(snapshot: Snapshot, guids: Sequence[str]) -> dict[str, JournalEntry]:
    sequences = [snapshot.waiting[guid].revisions[-1][0] for guid in guids]
    entries = JournalEntry.objects.defer("content").in_bulk(sequences)
    return {entry.assembly_guid: entry for entry in entries.values()}


def _write(snapshot: Snapshot, guid: str, last: JournalEntry) -> PendingWrite:
    state = snapshot.persistence.states.get(last.domain)
    return PendingWrite(
        guid=guid,
        domain=last.domain,
        operation=last.operation,
        actor=last.actor,
        sequence=last.sequence,
        staged_at=snapshot.waiting[guid].revisions[0][1],
        attempts=state.attempts if state else 0,
        last_error=state.last_error if state else "",
    )


@dataclass(frozen=True, kw_only=True)
class DomainQueue:
    """How one domain's writes stand; `pending` counts assemblies, `next_flush_at` is None while nothing waits."""

    domain: Domain
    pending: int
    oldest_staged_at: datetime | None
    next_flush_at: datetime | None
    last_flush_at: datetime | None
    last_attempt_at: datetime | None
    attempts: int
    last_error: str


def domain_queues(snapshot: Snapshot) -> list[DomainQueue]:
    """Return the state of every domain's queue, at no query."""
    pending = Counter(snapshot.entries[guid].domain for guid in snapshot.waiting)
    oldest = snapshot.oldest_staged()
    return [_queue_of(snapshot, domain, pending[domain], oldest.get(domain)) for domain in Domain]


def _queue_of(snapshot: Snapshot, domain: Domain, pending: int, oldest: datetime | None) -> DomainQueue:
    state = snapshot.persistence.states.get(domain)
    return DomainQueue(
        domain=domain,
        pending=pending,
        oldest_staged_at=oldest,
        next_flush_at=snapshot.due_at(domain, oldest) if oldest else None,
        last_flush_at=state.last_flush_at if state else None,
        last_attempt_at=state.last_attempt_at if state else None,
        attempts=state.attempts if state else 0,
        last_error=state.last_error if state else "",
    )
