"""The orders a list may have. A snapshot sorts once per order asked for; the next one only moves what changed."""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Mapping
from typing import Any

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.snapshot import Snapshot

SortKey = Callable[[CatalogueEntry], Any]

ORDERINGS: dict[str, SortKey] = {
    "display_name": lambda entry: entry.name_key,
    "category": lambda entry: entry.content.category.casefold(),
    "assembly_kind": lambda entry: entry.content.kind,
    "assembly_type": lambda entry: entry.content.assembly_type,
    "source": lambda entry: entry.domain,
    "revision": lambda entry: entry.revision,
    "payload_size_bytes": lambda entry: entry.content.payload_size_bytes,
    "created_at": lambda entry: entry.content.created_at,
    "updated_at": lambda entry: entry.content.updated_at,
}
# Above this, sorting anew when somebody asks is cheaper.
FEW = 500


class Descending:
    """A value that sorts the other way round."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "Descending") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Descending) and other.value == self.value

    __hash__ = None  # type: ignore[assignment]


def sorted_guids(snapshot: Snapshot, ordering: str) -> list[str]:
    """Return every GUID in order; a snapshot sorts once per ordering. Equal keys stand by name, then GUID."""
    guids = snapshot.sorted_guids.get(ordering)
    if guids is None:
        key = ORDERINGS[ordering.removeprefix("-")]
        by_name = sorted(snapshot.entries.values(), key=lambda entry: (entry.name_key, entry.guid))
        guids = [entry.guid for entry in sorted(by_name, key=key, reverse=ordering.startswith("-"))]
        snapshot.sorted_guids[ordering] = guids
    return guids


def carried_orders(
    earlier: Snapshot, entries: Mapping[str, CatalogueEntry], touched: Collection[str]
) -> dict[str, list[str]]:
    """Return the orders of an earlier snapshot for `entries`, of which only those `touched` may stand elsewhere now."""
    orders = {}
    for ordering, guids in list(earlier.sorted_guids.items()):
        place = _place_in(ordering)
        before = earlier.entries
        moved = [guid for guid in touched if guid not in before or place(before[guid]) != place(entries[guid])]
        if len(moved) <= FEW:
            orders[ordering] = _moved(guids, moved, place, before, entries) if moved else guids
    return orders


def _place_in(ordering: str) -> SortKey:
    key = ORDERINGS[ordering.removeprefix("-")]
    if ordering.startswith("-"):
        return lambda entry: (Descending(key(entry)), entry.name_key, entry.guid)
    return lambda entry: (key(entry), entry.name_key, entry.guid)


def _moved(
    guids: list[str],
    moved: list[str],
    place: SortKey,
    before: Mapping[str, CatalogueEntry],
    entries: Mapping[str, CatalogueEntry],
) -> list[str]:
    """Return `guids` with those `moved` taken out of their old places and put into their new ones."""
    guids = list(guids)
    for guid in moved:
        if guid in before:
            del guids[bisect_left(guids, place(before[guid]), key=lambda other: place(before[other]))]
    for guid in moved:
        insort(guids, guid, key=lambda other: place(entries[other]))
    return guids
