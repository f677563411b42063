"""How many assemblies each value of each filter would leave, beside the filters that are set already.

One pass: an entry that passes every filter counts everywhere, one that fails a single filter counts for that filter's
values, since another value of it could be chosen instead.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.query import ListQuery, filters_of, in_order
from assemblies.catalogue.snapshot import Snapshot
from assemblies.domains import AssemblyType

Facets = dict[str, "Counter[str]"]
YES = "true"
KINDS: dict[str, str] = {kind.value: kind.kind.value for kind in AssemblyType}
# The value of a filter by time: the days that lie between.
DAYS = (1, 7, 30)

VALUES: dict[str, Callable[[CatalogueEntry], str | None]] = {
    "domain": lambda entry: entry.domain,
    "kind": lambda entry: KINDS[entry.content.assembly_type],
    "type": lambda entry: entry.content.assembly_type,
    "category": lambda entry: entry.content.category or None,
    "dirty": lambda entry: YES if entry.is_dirty else None,
    "upstream_state": lambda entry: entry.upstream_state and entry.upstream_state.value,
    "origin_changed": lambda entry: YES if entry.origin_changed else None,
}


def find_facets(snapshot: Snapshot, query: ListQuery, *, now: datetime, sets: Mapping[str, Collection[str]]) -> Facets:
    """Return the counts by filter and value; `sets` are those that `query.among` may name, and by which it is narrowed.

    Whether deleted ones are listed is no filter like others: each state is counted by itself, under `deleted`.
    """
    matching, almost = _sorted_out(in_order(snapshot, query), query)
    facets = {name: _counted(value, (matching, almost.get(name, ()))) for name, value in VALUES.items()}
    facets["tag"] = Counter(tag for entry in (*matching, *almost.get("tag", ())) for tag in entry.tag_keys)
    facets["changed_since"] = _by_age((*matching, *almost.get("changed_since", ())), now)
    for name, guids in sets.items():
        facets[name] = Counter({YES: sum(entry.guid in guids for entry in (*matching, *almost.get(name, ())))})
    facets["deleted"] = Counter({YES: sum(entry.deleted_at is not None for entry in snapshot.entries.values())})
    return facets


def _sorted_out(
    entries: Iterable[CatalogueEntry], query: ListQuery
) -> tuple[list[CatalogueEntry], dict[str, list[CatalogueEntry]]]:
    """Return the entries that pass every filter, and those that fail a single one, by its name."""
    matching = list(entries)
    almost: dict[str, list[CatalogueEntry]] = {}
    for name, test in filters_of(query):
        for earlier, failed in almost.items():
            almost[earlier] = [entry for entry in failed if test(entry)]
        passes = [test(entry) for entry in matching]
        almost.setdefault(name, []).extend(entry for entry, passed in zip(matching, passes, strict=True) if not passed)
        matching = [entry for entry, passed in zip(matching, passes, strict=True) if passed]
    return matching, almost


def _counted(
    value: Callable[[CatalogueEntry], str | None], entries: Iterable[Iterable[CatalogueEntry]]
) -> "Counter[str]":
    counts = Counter(value(entry) for part in entries for entry in part)
    return Counter({word: count for word, count in counts.items() if word is not None})


def _by_age(entries: Collection[CatalogueEntry], now: datetime) -> "Counter[str]":
    times = [entry.content.updated_at for entry in entries]
    since = {str(days): (now - timedelta(days=days)).isoformat() for days in DAYS}
    return Counter({days: sum(map(earliest.__le__, times)) for days, earliest in since.items()})
