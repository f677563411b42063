"""The one list query: filters, search, order and pages, for API and pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.parameters import RELEVANCE, Filters, ListParameters
from assemblies.catalogue.search import Line, Rank, Search, place_of
from assemblies.catalogue.selection import selected_guids
from assemblies.catalogue.snapshot import Snapshot
from assemblies.catalogue.text_hits import text_hits
from assemblies.models import Assembly

TEXTS_AT_ONCE = 10
# What a list is in where equally good matches are to be told apart.
CHANGED_LAST_FIRST = "-updated_at"

Ranks = Mapping[str, Rank]


@dataclass(frozen=True)
class ListResult:
    """What was found, all from one snapshot. `guids` are those of every page, in order."""

    snapshot: Snapshot
    parameters: ListParameters
    guids: Sequence[str]

    @property
    def count(self) -> int:
        return len(self.guids)

    @cached_property
    def entries(self) -> list[CatalogueEntry]:
        """The entries of the page."""
        start, entries = self.parameters.offset, self.snapshot.entries
        return [entries[guid] for guid in self.guids[start : start + self.parameters.limit]]

    def lines(self, search: Search, *, most: int) -> dict[str, list[Line]]:
        """Return the first lines with a match in the text of each entry of the page, at one query."""
        texts = Assembly.objects.filter(guid__in=[entry.guid for entry in self.entries] if search else [])
        rows = texts.values_list("guid", "search_text").iterator(chunk_size=TEXTS_AT_ONCE)
        return {guid: list(islice(search.lines(text), most)) for guid, text in rows}


class Narrowed(NamedTuple):
    """What a list is called that was narrowed by a search, too."""

    ordering: str
    filters: Filters
    words: tuple[str, ...]
    content: str


def find_list(snapshot: Snapshot, parameters: ListParameters) -> ListResult:
    """Return the list that `parameters` ask for, as it is in the snapshot."""
    guids = _searched(snapshot, parameters)
    if parameters.changed_since is not None:
        since, entries = parameters.changed_since.isoformat(), snapshot.entries
        guids = [guid for guid in guids if entries[guid].content.updated_at >= since]
    for among in parameters.among.values():
        guids = [guid for guid in guids if guid in among]
    return ListResult(snapshot, parameters, guids)


def count_live(snapshot: Snapshot) -> int:
    """Return how many assemblies there are, but for the deleted ones."""
    everything = ListParameters()
    return len(selected_guids(snapshot, everything.ordering, everything.filters))


def _searched(snapshot: Snapshot, parameters: ListParameters) -> Sequence[str]:
    ordering, search, content = parameters.ordering, parameters.search, Search.of_text(parameters.content)
    if not search and not content:
        plain = CHANGED_LAST_FIRST if ordering == RELEVANCE else ordering
        return selected_guids(snapshot, plain, parameters.filters)
    narrowed = Narrowed(ordering, parameters.filters, search.keys, parameters.content)
    return snapshot.lists.get(narrowed, lambda: _narrowed(snapshot, narrowed, search, content))


def _narrowed(snapshot: Snapshot, narrowed: Narrowed, search: Search, content: Search) -> Sequence[str]:
    by_relevance = narrowed.ordering == RELEVANCE
    guids = selected_guids(snapshot, CHANGED_LAST_FIRST if by_relevance else narrowed.ordering, narrowed.filters)
    for key in content.keys:
        hits = text_hits(snapshot, key, guids)
        guids = [guid for guid in guids if guid in hits]
    if search:
        ranks = _ranks(snapshot, search)
        guids = [guid for guid in guids if guid in ranks]
        # Sorting keeps the order of what ranks alike.
        guids = sorted(guids, key=ranks.__getitem__) if by_relevance else guids
    return guids


def _ranks(snapshot: Snapshot, search: Search) -> Ranks:
    return snapshot.lists.get(search.keys, lambda: ranked(snapshot, search))


def ranked(snapshot: Snapshot, search: Search) -> Ranks:
    """Return the rank of everything that contains every term, whatever the filters."""
    entries = snapshot.entries
    ranks: dict[str, Rank] = dict.fromkeys(entries, Rank.EXACT)
    for key in search.keys:
        places = {guid: place_of(key, entries[guid]) for guid in ranks}
        missing = [guid for guid, place in places.items() if place is None]
        hits = text_hits(snapshot, key, missing)
        places |= {guid: Rank.TEXT for guid in missing if guid in hits}
        ranks = {guid: max(ranks[guid], place) for guid, place in places.items() if place is not None}
    named = {guid: search.rank_of_name(entries[guid]) for guid, rank in ranks.items() if rank is Rank.NAME}
    return ranks | named
