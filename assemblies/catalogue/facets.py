"""How many assemblies each value of each filter would leave, beside the filters that are set already.

The values of a filter that is set are counted without it, since another one could be chosen instead.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from itertools import chain

from assemblies.catalogue.entry import YES, CatalogueEntry
from assemblies.catalogue.listing import ListResult, find_list
from assemblies.catalogue.parameters import ListParameters
from assemblies.catalogue.selection import selected_guids

Facets = dict[str, "Counter[str]"]
# The value of a filter by time: the days that lie between.
DAYS = (1, 7, 30)
NAMES = ("domain", "kind", "type", "category", "tag", "dirty", "upstream_state", "origin_changed")


def find_facets(result: ListResult, *, now: datetime, sets: Mapping[str, Collection[str]]) -> Facets:
    """Return the counts by filter and value; `sets` are those that `among` may name, and by which a list is narrowed.

    Whether deleted ones are listed is no filter like others: each state is counted by itself, under `deleted`.
    """
    parameters, snapshot = result.parameters, result.snapshot
    facets = _counted(result, now, sets)
    for name in parameters.names():
        facets[name] = _counted(find_list(snapshot, parameters.without(name)), now, sets)[name]
    gone = ListParameters(deleted=True)
    facets["deleted"] = Counter({YES: len(selected_guids(snapshot, gone.ordering, gone.filters))})
    return facets


def _counted(result: ListResult, now: datetime, sets: Mapping[str, Collection[str]]) -> Facets:
    entries = [result.snapshot.entries[guid] for guid in result.guids]
    facets: Facets = {name: Counter() for name in NAMES}
    for key, count in Counter(chain.from_iterable(entry.facet_keys for entry in entries)).items():
        name, _equals, value = key.partition("=")
        facets[name][value] = count
    facets["changed_since"] = _by_age(entries, now)
    for name, guids in sets.items():
        facets[name] = Counter({YES: sum(map(guids.__contains__, result.guids))})
    return facets


def _by_age(entries: Collection[CatalogueEntry], now: datetime) -> "Counter[str]":
    times = [entry.content.updated_at for entry in entries]
    since = {str(days): (now - timedelta(days=days)).isoformat() for days in DAYS}
    return Counter({days: sum(map(earliest.__le__, times)) for days, earliest in since.items()})
