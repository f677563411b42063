"""The assemblies that pass some filters, in one order: made once, then carried from snapshot to snapshot.

A change moves the assembly it changed and leaves the rest of a selection as it is, so a page costs the same in a
library of any size.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.kept_lists import KeptLists
from assemblies.catalogue.parameters import Filters
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
DEFAULT_ORDERING = "display_name"
# What a list is in where equally good matches are to be told apart.
CHANGED_LAST_FIRST = "-updated_at"
# Above this, making a selection again when somebody asks is cheaper.
MAX_MOVED = 500


class Selection(NamedTuple):
    """What a list of GUIDs holds: those that pass `filters`, or all there are."""

    ordering: str
    filters: Filters | None = None


class Counts(NamedTuple):
    """What counters hold: how many of what passes `filters` have each of their facet keys."""

    filters: Filters


class Descending:
    """A value that sorts the other way round."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "Descending") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Descending) and other.value == self.value

    __hash__ = None  # type: ignore[assignment]


def selected_guids(snapshot: Snapshot, ordering: str, filters: Filters | None = None) -> Sequence[str]:
    """Return the GUIDs of what passes `filters`, in order. Equal keys stand by name, then GUID."""
    selection = Selection(ordering, filters)
    make = _sorted_guids if filters is None else _filtered_guids
    return snapshot.lists.get(selection, lambda: make(snapshot, selection))


def count_facet_keys(snapshot: Snapshot, filters: Filters) -> "Counter[str]":
    """Return how many assemblies that pass `filters` have each of their facet keys; some may be counted as 0."""
    guids = selected_guids(snapshot, DEFAULT_ORDERING, filters)
    return snapshot.lists.get(Counts(filters), lambda: Counter(facet_keys_of(snapshot, guids)))


def facet_keys_of(snapshot: Snapshot, guids: Iterable[str]) -> Iterator[str]:
    entries = snapshot.entries
    return chain.from_iterable(entries[guid].facet_keys for guid in guids)


def changed_since(snapshot: Snapshot, filters: Filters, since: str) -> Sequence[str]:
    """Return what passes `filters` and changed at a time, as ISO 8601, or later; what changed last comes first."""
    entries, guids = snapshot.entries, selected_guids(snapshot, CHANGED_LAST_FIRST, filters)
    end = bisect_right(guids, Descending(since), key=lambda guid: Descending(entries[guid].content.updated_at))
    return guids[:end]


def _sorted_guids(snapshot: Snapshot, selection: Selection) -> list[str]:
    ordering = selection.ordering
    by_name = sorted(snapshot.entries.values(), key=lambda entry: (entry.name_key, entry.guid))
    key = ORDERINGS[ordering.removeprefix("-")]
    return [entry.guid for entry in sorted(by_name, key=key, reverse=ordering.startswith("-"))]


def _filtered_guids(snapshot: Snapshot, selection: Selection) -> list[str]:
    entries, tests = snapshot.entries, selection.filters.tests if selection.filters else ()
    found = [entries[guid] for guid in selected_guids(snapshot, selection.ordering)]
    for test in tests:
        found = [entry for entry in found if test(entry)]
    return [entry.guid for entry in found]


def carried_lists(earlier: Snapshot, entries: Mapping[str, CatalogueEntry], touched: Iterable[str]) -> KeptLists:
    """Return the selections of an earlier snapshot for `entries`, of which only some of those `touched` are others."""
    before, lists = earlier.entries, KeptLists()
    changed = [guid for guid in touched if entries[guid] is not before.get(guid)]
    for selection, guids in earlier.lists.items() if len(changed) <= MAX_MOVED else ():
        if isinstance(selection, Counts):
            old = (entry for guid in changed if (entry := before.get(guid)))
            lists.keep(selection, _recounted(guids, selection.filters, old, map(entries.__getitem__, changed)))
        elif isinstance(selection, Selection):
            place = _place_in(selection)
            moved = [guid for guid in changed if _place_of(before.get(guid), place) != place(entries[guid])]
            lists.keep(selection, _moved(guids, moved, place, before, entries) if moved else guids)
    return lists


def _recounted(
    counts: "Counter[str]", filters: Filters, old: Iterable[CatalogueEntry], new: Iterable[CatalogueEntry]
) -> "Counter[str]":
    counts = counts.copy()
    counts.subtract(chain.from_iterable(entry.facet_keys for entry in old if filters.accept(entry)))
    counts.update(chain.from_iterable(entry.facet_keys for entry in new if filters.accept(entry)))
    return counts


def _place_in(selection: Selection) -> SortKey:
    """Return what an entry is sorted by in a selection; None is for those that are not in it."""
    key = ORDERINGS[selection.ordering.removeprefix("-")]
    value = (lambda entry: Descending(key(entry))) if selection.ordering.startswith("-") else key
    filters = selection.filters

    def place(entry: CatalogueEntry) -> Any:
        return (value(entry), entry.name_key, entry.guid) if filters is None or filters.accept(entry) else None

    return place


def _place_of(entry: CatalogueEntry | None, place: SortKey) -> Any:
    return place(entry) if entry else None


def _moved(
    guids: Sequence[str],
    moved: list[str],
    place: SortKey,
    before: Mapping[str, CatalogueEntry],
    entries: Mapping[str, CatalogueEntry],
) -> list[str]:
    """Return `guids` with those `moved` taken out of their old places and put into their new ones."""
    guids = list(guids)
    for guid in moved:
        if (old := _place_of(before.get(guid), place)) is not None:
            del guids[bisect_left(guids, old, key=lambda other: place(before[other]))]
    for guid in moved:
        if place(entries[guid]) is not None:
            insort(guids, guid, key=lambda other: place(entries[other]))
    return guids
