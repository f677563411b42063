"""The one list query: filters, search, order and pages, for API and pages."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.parameters import RELEVANCE, Filters, ListParameters
from assemblies.catalogue.ranking import rank_all, rank_texts
from assemblies.catalogue.search import Line, Search
from assemblies.catalogue.selection import (
    CHANGED_LAST_FIRST,
    DEFAULT_ORDERING,
    Selection,
    changed_since,
    selected_guids,
)
from assemblies.catalogue.snapshot import Snapshot
from assemblies.models import Assembly

TEXTS_AT_ONCE = 10


@dataclass(frozen=True)
class ListResult:
    """What was found, all from one snapshot. `guids` are those of every page, in order.

    `key` is what may be kept of them in the snapshot's lists; None where they depend on who asked, or when.
    """

    snapshot: Snapshot
    parameters: ListParameters
    guids: Sequence[str]
    key: Hashable = None

    @property
    def count(self) -> int:
        return len(self.guids)

    @cached_property
    def entries(self) -> list[CatalogueEntry]:
        """The entries of the page."""
        start = self.parameters.offset
        return list(map(self.snapshot.entries.__getitem__, self.guids[start : start + self.parameters.limit]))

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
    result = _found(snapshot, parameters)
    sets = list(parameters.among.values())
    if parameters.changed_since is not None:
        sets.append(frozenset(changed_since(snapshot, parameters.filters, parameters.changed_since.isoformat())))
    guids = result.guids
    for among in sets:
        guids = [guid for guid in guids if guid in among]
    return replace(result, guids=guids, key=None) if sets else result


def count_live(snapshot: Snapshot) -> int:
    """Return how many assemblies there are, but for the deleted ones."""
    return len(selected_guids(snapshot, DEFAULT_ORDERING, Filters()))


def _found(snapshot: Snapshot, parameters: ListParameters) -> ListResult:
    ordering, search, content = parameters.ordering, parameters.search, Search.of_text(parameters.content)
    if not search and not content:
        selection = Selection(CHANGED_LAST_FIRST if ordering == RELEVANCE else ordering, parameters.filters)
        return ListResult(snapshot, parameters, selected_guids(snapshot, *selection), selection)
    narrowed = Narrowed(ordering, parameters.filters, search.keys, parameters.content)
    guids = snapshot.lists.get(narrowed, lambda: _narrowed(snapshot, narrowed, search, content))
    return ListResult(snapshot, parameters, guids, narrowed)


def _narrowed(snapshot: Snapshot, narrowed: Narrowed, search: Search, content: Search) -> Sequence[str]:
    by_relevance = narrowed.ordering == RELEVANCE
    guids = selected_guids(snapshot, CHANGED_LAST_FIRST if by_relevance else narrowed.ordering, narrowed.filters)
    for key in content.keys:
        texts = rank_texts(snapshot, key, guids)
        guids = [guid for guid in guids if guid in texts]
    if search:
        ranks = rank_all(snapshot, search)
        guids = [guid for guid in guids if guid in ranks]
        # Sorting keeps the order of what ranks alike.
        guids = sorted(guids, key=ranks.__getitem__) if by_relevance else guids
    return guids
