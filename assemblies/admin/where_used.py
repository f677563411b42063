"""Where assemblies are used: what was copied from them, and what people are told to use them instead of."""

from collections.abc import Collection

from assemblies.catalogue import CatalogueEntry, Snapshot
from assemblies.documents import canonical_json
from assemblies.models import AssemblySetting, SettingCategory, Status


def find_copies(snapshot: Snapshot, guids: Collection[str]) -> dict[str, list[CatalogueEntry]]:
    """Return, for each, the live assemblies whose lineage names it, by name."""
    found: dict[str, list[CatalogueEntry]] = {}
    for copy in sorted(map(snapshot.entries.__getitem__, snapshot.copies), key=lambda entry: entry.name_key):
        lineage = copy.content.cloned_from
        if lineage is not None and lineage.assembly_guid in guids and copy.deleted_at is None:
            found.setdefault(lineage.assembly_guid, []).append(copy)
    return found


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
