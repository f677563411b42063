"""The catalogue at one position of the journal: immutable, so that readers need no lock."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.kept_lists import KeptLists
from assemblies.journal.pending import next_attempt_at
from assemblies.models import DomainState

MAX_KEPT_MATCHES = 100_000
# A list of 10,000 assemblies is some 10 MB.
MAX_KEPT_ANSWER_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Position:
    """Where the library is: the journal's head, how often the replicas' states changed, and the last sync.

    The hash stands for the whole journal up to there: after a restore the same numbers may come again.
    """

    sequence: int = 0
    hash: str = ""
    states_version: int = 0
    sync_record: int = 0


@dataclass(frozen=True)
class Waiting:
    """The revisions of one assembly that its replica lacks, and the last one it holds (0 for none)."""

    persisted_revision: int
    revisions: tuple[tuple[int, datetime], ...]

    def after(self, persisted: int) -> "Waiting":
        """Return what is still waiting once the replica holds everything up to `persisted`."""
        done = [sequence for sequence, _staged_at in self.revisions if sequence <= persisted]
        left = tuple(revision for revision in self.revisions if revision[0] > persisted)
        return Waiting(done[-1] if done else self.persisted_revision, left)


@dataclass(frozen=True)
class Persistence:
    """What is known of the replicas: their states, and when each got how far."""

    states: Mapping[str, DomainState] = field(default_factory=dict)
    flushes: Mapping[str, tuple[tuple[int, datetime], ...]] = field(default_factory=dict)

    def up_to(self, domain: str) -> int:
        state = self.states.get(domain)
        return state.persisted_sequence if state else 0

    def holds_less_than(self, earlier: "Persistence") -> bool:
        """Say whether a replica was emptied, or another one put in its place."""
        return any(self.up_to(domain) < earlier.up_to(domain) for domain in earlier.states)

    def persisted_at(self, domain: str, revision: int) -> datetime | None:
        """Return when the replica first held `revision`, or None when it does not."""
        flushes = self.flushes.get(domain, ())
        place = bisect_left(flushes, revision, key=lambda flush: flush[0])
        return flushes[place][1] if revision and place < len(flushes) else None


def no_texts() -> KeptLists:
    return KeptLists(MAX_KEPT_ANSWER_BYTES)


@dataclass(frozen=True)
class Snapshot:
    """Every assembly at one position, the deleted ones included."""

    position: Position
    entries: Mapping[str, CatalogueEntry]
    waiting: Mapping[str, Waiting]
    persistence: Persistence
    flush_interval: timedelta
    upstream: Mapping[str, str] = field(default_factory=dict)
    copies: frozenset[str] = frozenset()
    # What was found for lists; and what matches searches, which later snapshots go on with.
    lists: KeptLists = field(default_factory=KeptLists, compare=False)
    matches: KeptLists = field(default_factory=lambda: KeptLists(MAX_KEPT_MATCHES), compare=False)
    # Pieces of lists as JSON, which later snapshots go on with, too.
    texts: KeptLists = field(default_factory=no_texts, compare=False)
    # Whole answers that were made of this snapshot.
    answers: KeptLists = field(default_factory=no_texts, compare=False)

    def etag(self, administrator: bool) -> str:
        """Return the entity tag of any list made from this snapshot; the query is part of its URL."""
        position = self.position
        role = "a" if administrator else "v"
        place = f"{position.sequence}-{position.hash[:16]}-{position.states_version}-{position.sync_record}"
        return f'"{place}-{role}"'

    def find_live(self, guid: str) -> CatalogueEntry | None:
        """Return an assembly, unless it is gone."""
        entry = self.entries.get(guid)
        return entry if entry is not None and entry.deleted_at is None else None

    @cached_property
    def queue(self) -> dict[str, Any]:
        """Return the state of the write queue, as lists carry it."""
        oldest = self.oldest_staged()
        flushed = [state.last_flush_at for state in self.persistence.states.values() if state.last_flush_at]
        return {
            "pending": len(self.waiting),
            "oldest_staged_at": min(oldest.values(), default=None),
            "last_flush_at": max(flushed, default=None),
            "next_flush_at": min((self.due_at(domain, at) for domain, at in oldest.items()), default=None),
            "errors": [
                {"domain": domain, "message": state.last_error, "attempts": state.attempts}
                for domain, state in sorted(self.persistence.states.items())
                if state.attempts
            ],
        }

    def oldest_staged(self) -> dict[str, datetime]:
        oldest: dict[str, datetime] = {}
        for guid, waiting in self.waiting.items():
            domain, staged_at = self.entries[guid].domain, waiting.revisions[0][1]
            oldest[domain] = min(staged_at, oldest.get(domain, staged_at))
        return oldest

    def due_at(self, domain: str, oldest_staged_at: datetime) -> datetime:
        return next_attempt_at(self.persistence.states.get(domain), oldest_staged_at, interval=self.flush_interval)
