"""How many assemblies each value of each filter would leave, in addition to the filters that are set already.

The values of a filter that is set are counted without it, since another one could be chosen instead.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from assemblies.catalogue.entry import YES
from assemblies.catalogue.listing import ListResult, find_list
from assemblies.catalogue.parameters import Filters
from assemblies.catalogue.selection import (
    DEFAULT_ORDERING,
    Selection,
    changed_since,
    count_facet_keys,
    facet_keys_of,
    selected_guids,
)

Facets = dict[str, "Counter[str]"]
# By filter the GUIDs, or by each of its values.
Sets = Mapping[str, Collection[str] | Mapping[str, Collection[str]]]
# The value of a filter by time: the days that lie between.
DAYS = (1, 7, 30)
NAMES = (
    "domain", "kind", "type", "category", "folder", "operating_system", "tag", "dirty", "upstream_state",
    "origin_changed", "changed_since",
)  # fmt: skip


def find_facets(result: ListResult, *, now: datetime, sets: Sets) -> Facets:
    """Return the counts by filter and value; `sets` are those that `among` may name, and by which a list is narrowed.

    Whether deleted ones are listed is no filter like others: each state is counted by itself, under `deleted`.
    """
    parameters, snapshot = result.parameters, result.snapshot
    facets = _counted(result, now, sets)
    for name in parameters.names():
        own = {name: sets[name]} if name in sets else {}
        facets[name] = _counted(find_list(snapshot, parameters.without(name)), now, own)[name]
    deleted = selected_guids(snapshot, DEFAULT_ORDERING, Filters(deleted=True))
    facets["deleted"] = Counter({YES: len(deleted)})
    return facets


def _counted(result: ListResult, now: datetime, sets: Sets) -> Facets:
    since = {str(days): (now - timedelta(days=days)).isoformat() for days in DAYS}
    return (_of_selection if isinstance(result.key, Selection) else _of_list)(result, since, sets)


def _of_selection(result: ListResult, since: Mapping[str, str], sets: Sets) -> Facets:
    """Count what is kept from snapshot to snapshot: at a cost that grows with `sets`, and not with the library."""
    snapshot, filters = result.snapshot, result.parameters.filters
    facets = _by_name(count_facet_keys(snapshot, filters))
    facets["changed_since"] = Counter({days: len(changed_since(snapshot, filters, at)) for days, at in since.items()})
    found = snapshot.lists.get(("members", result.key), lambda: frozenset(result.guids))
    return facets | _of_sets(found, sets)


def _of_list(result: ListResult, since: Mapping[str, str], sets: Sets) -> Facets:
    snapshot, filters, found = result.snapshot, Filters(deleted=result.parameters.deleted), frozenset(result.guids)
    facets = _by_name(_facet_keys_in(result))
    for days, at in since.items():
        recent = changed_since(snapshot, filters, at)
        facets["changed_since"][days] = sum(map(found.__contains__, recent))
    return facets | _of_sets(found, sets)


def _of_sets(found: frozenset[str], sets: Sets) -> Facets:
    return {
        name: Counter({value: len(found.intersection(members)) for value, members in _by_value(guids).items()})
        for name, guids in sets.items()
    }


def _by_value(guids: Collection[str] | Mapping[str, Collection[str]]) -> Mapping[str, Collection[str]]:
    return guids if isinstance(guids, Mapping) else {YES: guids}


def _facet_keys_in(result: ListResult) -> "Counter[str]":
    def count() -> "Counter[str]":
        return Counter(facet_keys_of(result.snapshot, result.guids))

    return result.snapshot.lists.get(("facet keys", result.key), count) if result.key else count()


def _by_name(keys: "Counter[str]") -> Facets:
    facets: Facets = {name: Counter() for name in NAMES}
    for key, count in keys.items():
        name, _equals, value = key.partition("=")
        if count:
            facets[name][value] = count
    return facets
