"""Which texts contain a term. The texts are in the database; what it answered is kept, and brought up to date."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import takewhile

from assemblies.catalogue.selection import selected_guids
from assemblies.catalogue.snapshot import Snapshot
from assemblies.models import Assembly

# Above this, reading every text is cheaper than naming those to be read.
MAX_NAMED = 500


@dataclass(frozen=True)
class TextHits:
    """The GUIDs of the texts that contain a term, in a library at `revision` or later."""

    revision: int
    guids: frozenset[str]

    def __len__(self) -> int:
        return len(self.guids)


def text_hits(snapshot: Snapshot, key: str, among: Collection[str]) -> Collection[str]:
    """Return the GUIDs of the texts that contain a folded term; at least those that are `among` the ones asked for."""
    kept: TextHits | None = snapshot.texts.find(key)
    revision = snapshot.position.sequence
    if kept is None and len(among) <= MAX_NAMED:
        return _guids_with(key, among)
    if kept is not None and kept.revision >= revision:
        return kept.guids
    changed = _changed_since(snapshot, kept.revision) if kept else snapshot.entries.keys()
    known = kept.guids.difference(changed) if kept else frozenset()
    found = _guids_with(key, changed)
    # The catalogue's own strings, so that those of an answer need not be kept as well.
    guids = known.union(snapshot.entries[guid].guid for guid in found if guid in snapshot.entries)
    return snapshot.texts.keep(key, TextHits(revision, guids)).guids


def _changed_since(snapshot: Snapshot, revision: int) -> Collection[str]:
    entries = snapshot.entries
    newest_first = selected_guids(snapshot, "-revision")
    return list(takewhile(lambda guid: entries[guid].revision > revision, newest_first))


def _guids_with(key: str, among: Collection[str]) -> frozenset[str]:
    rows = Assembly.objects.containing(key)
    if len(among) <= MAX_NAMED:
        rows = rows.filter(guid__in=among)
    return frozenset(rows.values_list("guid", flat=True))
