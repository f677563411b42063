"""The newest changes of the library, and one's favourites, by the names assemblies have now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assemblies.admin.grid.results import favourites_of
from assemblies.catalogue import CatalogueEntry, Snapshot
from assemblies.domains import Domain, Operation
from assemblies.models import JournalEntry

MAX_CHANGES = 10
MAX_FAVOURITES = 12


@dataclass(frozen=True, kw_only=True)
class Change:
    """One entry of the journal."""

    entry: CatalogueEntry
    operation: Any
    actor: str
    recorded_at: datetime

    @property
    def source(self) -> Any:
        return Domain(self.entry.domain).label


def newest_changes(snapshot: Snapshot) -> list[Change]:
    """Return the last changes, the newest first. One query."""
    entries = JournalEntry.objects.filter(sequence__lte=snapshot.position.sequence).order_by("-sequence")
    newest = entries.values_list("assembly_guid", "operation", "actor", "recorded_at")[:MAX_CHANGES]
    return [
        Change(entry=snapshot.entries[guid], operation=Operation(operation).label, actor=actor, recorded_at=recorded_at)
        for guid, operation, actor, recorded_at in newest
        if guid in snapshot.entries
    ]


def favourite_entries(name: str, snapshot: Snapshot) -> list[CatalogueEntry]:
    """Return somebody's favourites that are in the library, by name. One query."""
    found = (snapshot.entries.get(guid) for guid in favourites_of(name))
    live = [entry for entry in found if entry is not None and entry.deleted_at is None]
    return sorted(live, key=lambda entry: (entry.name_key, entry.guid))
