"""Copies and their originals: which entries were copied, and whether the original changed since."""

from collections.abc import Collection, Iterable, Mapping

from assemblies.catalogue.entry import CatalogueEntry


def find_copies(guids: Iterable[str], entries: Mapping[str, CatalogueEntry]) -> frozenset[str]:
    """Return those of `guids` that were copied from another assembly."""
    return frozenset(guid for guid in guids if entries[guid].content.cloned_from)


def set_origin_changes(guids: Collection[str], copies: Iterable[str], entries: dict[str, CatalogueEntry]) -> None:
    """Tell each copy among `guids`, and each of `copies` that is one of them, whether its original changed since."""
    for guid in copies:
        entry = entries[guid]
        lineage = entry.content.cloned_from
        if guid in guids or (lineage is not None and lineage.assembly_guid in guids):
            changed = _origin_changed(entry, entries)
            entries[guid] = entry.compared(upstream_state=entry.upstream_state, origin_changed=changed)


def _origin_changed(entry: CatalogueEntry, entries: Mapping[str, CatalogueEntry]) -> bool | None:
    """Return None for a copy whose original is gone."""
    lineage = entry.content.cloned_from
    origin = entries.get(lineage.assembly_guid) if lineage else None
    if lineage is None or origin is None or origin.deleted_at is not None:
        return None
    return origin.content.content_hash != lineage.content_hash
