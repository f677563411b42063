"""Where assemblies are used: what was copied from them, and what people are told to use them instead of."""

from collections.abc import Collection
from dataclasses import dataclass

from assemblies.catalogue import CatalogueEntry, Snapshot
from assemblies.documents import canonical_json
from assemblies.models import AssemblySetting, SettingCategory, Status

COPIES_SHOWN = 8


def find_copies(snapshot: Snapshot, guids: Collection[str]) -> dict[str, list[CatalogueEntry]]:
    """Return, for each, the live assemblies whose lineage names it, by name."""
    found: dict[str, list[CatalogueEntry]] = {}
    for copy in map(snapshot.entries.__getitem__, snapshot.copies):
        lineage = copy.content.cloned_from
        if lineage is not None and lineage.assembly_guid in guids and copy.deleted_at is None:
            found.setdefault(lineage.assembly_guid, []).append(copy)
    return {guid: sorted(copies, key=lambda entry: entry.name_key) for guid, copies in found.items()}


def find_replaced(snapshot: Snapshot, guids: Collection[str]) -> dict[str, list[CatalogueEntry]]:
    """Return, for each, the live assemblies that people are told to use it instead of; one query."""
    named = {canonical_json(guid).decode(): guid for guid in guids}
    settings = AssemblySetting.objects.filter(
        category=SettingCategory.REPLACED_BY, status=Status.ACTIVE, value__in=named
    )
    found: dict[str, list[CatalogueEntry]] = {}
    for guid, value in settings.values_list("assembly_id", "value"):
        entry = snapshot.entries.get(guid)
        if entry is not None and entry.deleted_at is None:
            found.setdefault(named[value], []).append(entry)
    return found


@dataclass(frozen=True)
class Users:
    """What uses one assembly: the first of its copies, and what it replaces."""

    copies: list[CatalogueEntry]
    more_copies: int
    replaces: list[CatalogueEntry]

    @property
    def count(self) -> int:
        return len(self.copies) + self.more_copies + len(self.replaces)


def users_of(guid: str, snapshot: Snapshot) -> Users:
    """Return where one assembly is used; one query."""
    copies = find_copies(snapshot, [guid]).get(guid, [])
    replaces = find_replaced(snapshot, [guid]).get(guid, [])
    return Users(copies[:COPIES_SHOWN], max(len(copies) - COPIES_SHOWN, 0), replaces)
