"""What happened in the library, in words and the newest first; what somebody did to many at once is one line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import CharField, ExpressionWrapper, F
from django.utils.translation import pgettext_lazy

from assemblies.admin.grid.results import favourites_of
from assemblies.catalogue import CatalogueEntry, Snapshot
from assemblies.domains import Domain, Operation
from assemblies.models import JournalEntry

MAX_LINES = 10
MAX_FAVOURITES = 12
# What is further apart was done at two times.
MAX_PAUSE = timedelta(minutes=15)
# However much was done at once, the page reads no more of the journal than this.
MAX_READ = 20_000
NAMES_SHOWN = 3
# Without the field's own conversion, which takes longer than all the rest of an entry.
AS_STORED = ExpressionWrapper(F("recorded_at"), output_field=CharField())
# Who did it stands before, what it was done to after.
DONE: dict[Operation, Any] = {
    Operation.CREATE: pgettext_lazy("who did it", "added"),
    Operation.UPDATE: pgettext_lazy("who did it", "changed"),
    Operation.DELETE: pgettext_lazy("who did it", "deleted"),
    Operation.CLONE: pgettext_lazy("who did it", "copied"),
    Operation.IMPORT: pgettext_lazy("who did it", "imported"),
    Operation.REVERT: pgettext_lazy("who did it", "restored"),
    Operation.DISCARD: pgettext_lazy("who did it", "discarded what waited of"),
    Operation.ADOPT: pgettext_lazy("who did it", "took over"),
    Operation.SYNC: pgettext_lazy("who did it", "synchronised"),
    Operation.REKEY: pgettext_lazy("who did it", "gave a new GUID to"),
    Operation.UNDO: pgettext_lazy("who did it", "undid a synchronisation of"),
}


class Fact(NamedTuple):
    """What of a journal entry is told."""

    guid: str
    operation: str
    domain: str
    actor: str
    recorded_at: datetime


@dataclass
class Happening:
    """What one person did, to one assembly or to several in a row; `newest` is the last of it."""

    newest: Fact
    oldest: Fact
    count: int = 0
    entries: list[CatalogueEntry] = field(default_factory=list)

    @property
    def done(self) -> Any:
        return DONE[Operation(self.newest.operation)]

    @property
    def source(self) -> Any:
        return Domain(self.newest.domain).label

    @property
    def unnamed(self) -> int:
        """How many more there are than are named."""
        return self.count - len(self.entries)

    def goes_on_with(self, fact: Fact) -> bool:
        """Say whether an earlier fact is part of the same."""
        is_alike = (fact.actor, fact.operation, fact.domain) == (
            self.newest.actor, self.newest.operation, self.newest.domain,
        )  # fmt: skip
        return is_alike and self.oldest.recorded_at - fact.recorded_at <= MAX_PAUSE

    def take(self, fact: Fact, snapshot: Snapshot) -> None:
        self.oldest, self.count = fact, self.count + 1
        entry = snapshot.entries.get(fact.guid)
        if entry is not None and len(self.entries) < NAMES_SHOWN and entry not in self.entries:
            self.entries.append(entry)


def what_happened(snapshot: Snapshot) -> list[Happening]:
    """Return the newest lines, found once at each position of the journal."""
    lines: list[Happening] = snapshot.lists.get("what happened", lambda: _what_happened(snapshot))
    return lines


def _what_happened(snapshot: Snapshot) -> list[Happening]:
    """One query, which ends where the last line does."""
    entries = JournalEntry.objects.filter(sequence__lte=snapshot.position.sequence).order_by("-sequence")
    columns = entries.values_list("assembly_guid", "operation", "domain", "actor", AS_STORED)[:MAX_READ]
    facts = (
        Fact(guid, operation, domain, actor, _moment(stored))
        for guid, operation, domain, actor, stored in columns.iterator(chunk_size=200)
    )
    return list(_lines(facts, snapshot))


def _moment(stored: datetime) -> datetime:
    """Return the time that a database gives; SQLite's say nothing of their zone, which is UTC."""
    return stored if stored.tzinfo else stored.replace(tzinfo=UTC)


def _lines(facts: Iterable[Fact], snapshot: Snapshot) -> Iterator[Happening]:
    line, count = None, 0
    for fact in facts:
        if line is None or not line.goes_on_with(fact):
            if line is not None:
                yield line
            if count == MAX_LINES:
                return
            line, count = Happening(fact, fact), count + 1
        line.take(fact, snapshot)
    if line is not None:
        yield line


def favourite_entries(name: str, snapshot: Snapshot) -> list[CatalogueEntry]:
    """Return somebody's favourites that are in the library, by name. One query."""
    found = (snapshot.entries.get(guid) for guid in favourites_of(name))
    live = [entry for entry in found if entry is not None and entry.deleted_at is None]
    return sorted(live, key=lambda entry: (entry.name_key, entry.guid))
