"""How well each assembly matches a search. What was found is kept, and asked again only of what changed since."""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from assemblies.catalogue.search import Rank, Search, place_of
from assemblies.catalogue.selection import selected_guids
from assemblies.catalogue.snapshot import Snapshot
from assemblies.models import Assembly

# Above this, reading every text is cheaper than naming those to be read.
MAX_NAMED = 500
Ranks = Mapping[str, Rank]


@dataclass(frozen=True)
class Matches:
    """What matches, in a library at `revision` or later."""

    revision: int
    ranks: Ranks

    def __len__(self) -> int:
        return len(self.ranks)


def rank_all(snapshot: Snapshot, search: Search) -> Ranks:
    """Return the rank of everything that contains every term, whatever the filters."""
    return _kept(snapshot, search.keys, lambda among: _ranked(snapshot, search, among))


def rank_texts(snapshot: Snapshot, key: str, among: Collection[str]) -> Ranks:
    """Return those whose text contains a folded term; at least those that are `among` the wanted ones."""
    if len(among) <= MAX_NAMED and snapshot.matches.find(key) is None:
        return _texts_with(snapshot, key, among)
    return _kept(snapshot, key, lambda among: _texts_with(snapshot, key, among))


def _kept(snapshot: Snapshot, key: Hashable, find: Callable[[Collection[str]], Ranks]) -> Ranks:
    kept: Matches | None = snapshot.matches.find(key)
    revision = snapshot.position.sequence
    if kept is None:
        return snapshot.matches.keep(key, Matches(revision, find(snapshot.entries.keys()))).ranks
    if kept.revision >= revision:
        return kept.ranks
    changed = _changed_since(snapshot, kept.revision)
    ranks = dict(kept.ranks)
    for guid in changed:
        ranks.pop(guid, None)
    ranks.update(find(changed))
    return snapshot.matches.keep(key, Matches(revision, ranks)).ranks


def _changed_since(snapshot: Snapshot, revision: int) -> Collection[str]:
    entries, newest_first = snapshot.entries, selected_guids(snapshot, "-revision")
    return list(takewhile(lambda guid: entries[guid].revision > revision, newest_first))


def _ranked(snapshot: Snapshot, search: Search, among: Collection[str]) -> Ranks:
    entries = snapshot.entries
    ranks: dict[str, Rank] = dict.fromkeys(among, Rank.EXACT)
    for key in search.keys:
        places = {guid: place_of(key, entries[guid]) for guid in ranks}
        texts = rank_texts(snapshot, key, [guid for guid, place in places.items() if place is None])
        places |= {guid: texts.get(guid) for guid, place in places.items() if place is None}
        ranks = {guid: max(ranks[guid], place) for guid, place in places.items() if place is not None}
    named = {guid: search.rank_of_name(entries[guid]) for guid, rank in ranks.items() if rank is Rank.NAME}
    return ranks | named


def _texts_with(snapshot: Snapshot, key: str, among: Collection[str]) -> Ranks:
    rows = Assembly.objects.containing(key)
    if len(among) <= MAX_NAMED:
        rows = rows.filter(guid__in=among)
    guids = rows.values_list("guid", flat=True)
    # The catalogue's own strings, so that those of an answer need not be kept as well.
    return {snapshot.entries[guid].guid: Rank.TEXT for guid in guids if guid in snapshot.entries}
