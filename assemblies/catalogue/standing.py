"""How entries stand to others: official ones to what their source publishes, copies to their originals."""

from collections.abc import Collection, Iterable, Mapping

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.domains import Domain
from assemblies.journal.upstream import APPLYING, last_meanings, upstream_state


def settle_upstream(guids: Iterable[str], entries: dict[str, CatalogueEntry], upstream: Mapping[str, str]) -> None:
    """Give each entry its upstream state; nothing is known while the source was never read.

    The journal is asked only about those that do not simply say what is published.
    """
    found = (entries[guid] for guid in guids)
    official = [entry for entry in found if entry.domain == Domain.OFFICIAL] if upstream else []
    other = {entry.guid for entry in official if _local(entry) != upstream.get(entry.guid)}
    applied = last_meanings(other, APPLYING) if other else {}
    for entry in official:
        state = upstream_state(
            local=_local(entry),
            applied=applied.get(entry.guid),
            upstream=upstream.get(entry.guid, ""),
        )
        entries[entry.guid] = entry.standing(upstream_state=state, origin_changed=entry.origin_changed)


def find_copies(guids: Iterable[str], entries: Mapping[str, CatalogueEntry]) -> frozenset[str]:
    """Return those of `guids` that were copied from another assembly."""
    return frozenset(guid for guid in guids if entries[guid].content.cloned_from)


def settle_copies(guids: Collection[str], copies: Iterable[str], entries: dict[str, CatalogueEntry]) -> None:
    """Tell each copy among `guids`, and each of `copies` that is one of them, whether its original changed since."""
    for guid in copies:
        entry = entries[guid]
        lineage = entry.content.cloned_from
        if guid in guids or (lineage is not None and lineage.assembly_guid in guids):
            changed = _origin_changed(entry, entries)
            entries[guid] = entry.standing(upstream_state=entry.upstream_state, origin_changed=changed)


def _origin_changed(entry: CatalogueEntry, entries: Mapping[str, CatalogueEntry]) -> bool | None:
    """Return None for a copy whose original is gone."""
    lineage = entry.content.cloned_from
    origin = entries.get(lineage.assembly_guid) if lineage else None
    if lineage is None or origin is None or origin.deleted_at is not None:
        return None
    return origin.content.content_hash != lineage.content_hash


def _local(entry: CatalogueEntry) -> str:
    return "" if entry.deleted_at else entry.content.content_hash
