"""The write queue as people see it: entries that a replica does not hold yet. Derived from the journal, stored
nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from assemblies.domains import Domain
from assemblies.models import Assembly, DomainState, JournalEntry

FIRST_RETRY_SECONDS = 1
MAX_RETRY_SECONDS = 60
# Beyond its interval: time for a retry, and for a flusher that is being started again.
OVERDUE = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class PendingWrite:
    """An assembly whose newest revision its domain database does not hold yet."""

    guid: str
    domain: str
    operation: str
    actor: str
    sequence: int
    staged_at: datetime
    attempts: int
    last_error: str


def persisted_sequences() -> dict[Domain, int]:
    """Return how far each domain's replica is known to be."""
    known = dict(DomainState.objects.values_list("domain", "persisted_sequence"))
    return {domain: known.get(domain, 0) for domain in Domain}


def pending_entries(persisted: Mapping[Domain, int]) -> QuerySet[JournalEntry]:
    """Return the journal entries no replica holds yet, oldest first."""
    waiting = Q()
    for domain, sequence in persisted.items():
        waiting |= Q(domain=domain, sequence__gt=sequence)
    return JournalEntry.objects.filter(waiting).order_by("sequence")


def pending_writes() -> list[PendingWrite]:
    """Return the queue, oldest first: one line per assembly, with the time of its first waiting change.

    What an earlier owner of a GUID left to another domain's replica is no pending write of the assembly that has the
    GUID now.
    """
    states = {state.domain: state for state in DomainState.objects.all()}
    writes: dict[str, PendingWrite] = {}
    its_own = Exists(Assembly.objects.filter(guid=OuterRef("assembly_guid"), domain=OuterRef("domain")))
    for entry in pending_entries(persisted_sequences()).filter(its_own).defer("content"):
        first = writes.get(entry.assembly_guid)
        state = states.get(entry.domain)
        writes[entry.assembly_guid] = PendingWrite(
            guid=entry.assembly_guid,
            domain=entry.domain,
            operation=entry.operation,
            actor=entry.actor,
            sequence=entry.sequence,
            staged_at=first.staged_at if first else entry.recorded_at,
            attempts=state.attempts if state else 0,
            last_error=state.last_error if state else "",
        )
    return list(writes.values())


def due_at(state: DomainState | None, oldest_staged_at: datetime, *, interval: timedelta, now: datetime) -> datetime:
    """Return when a domain is to be flushed; `now` when that is further ahead than any wait can be.

    Such a time was written before the clock was set back.
    """
    due = next_attempt_at(state, oldest_staged_at, interval=interval)
    return due if due <= now + max(interval, timedelta(seconds=MAX_RETRY_SECONDS)) else now


def is_overdue(oldest_staged_at: datetime, *, interval: timedelta, now: datetime) -> bool:
    """Say whether a change that still waits should have been written long ago.

    So should one of a time that has not come: the clock was set back, and a flusher that runs writes it at once.
    """
    return not now - interval - OVERDUE <= oldest_staged_at <= now + OVERDUE


def next_attempt_at(state: DomainState | None, oldest_staged_at: datetime, *, interval: timedelta) -> datetime:
    """Return when a domain with pending writes is to be flushed.

    A change waits at most one interval, so that changes made together are written together. After a failure the wait
    doubles with each attempt, from one second up to a minute.
    """
    due_at = oldest_staged_at + interval
    if state is None or not state.attempts or state.last_attempt_at is None:
        return due_at
    wait = min(FIRST_RETRY_SECONDS * 2 ** min(state.attempts - 1, 10), MAX_RETRY_SECONDS)
    return max(due_at, state.last_attempt_at + timedelta(seconds=wait))
