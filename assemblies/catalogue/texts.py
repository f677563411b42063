"""Lists as ready text, in pieces that later snapshots go on with: after a write, one piece of a list is another one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from assemblies.catalogue.entry import CatalogueEntry
from assemblies.catalogue.snapshot import Snapshot

# How many entries a piece has on average.
PIECE_ENTRIES = 128


@dataclass(frozen=True)
class Piece:
    """The text of some entries in a row, each with a comma before it; its length is that of its text, in bytes.

    It is kept by where its entries are in memory, and keeps them there.
    """

    entries: Sequence[CatalogueEntry]
    text: bytes

    def __len__(self) -> int:
        return len(self.text)


def texts_of(snapshot: Snapshot, entries: Sequence[CatalogueEntry], *, administrator: bool) -> list[bytes]:
    """Return the items of `entries` as JSON, with a comma before each: what `CatalogueEntry.json` returns of each, in
    one piece at least."""
    if len(entries) <= PIECE_ENTRIES:
        return [_text(entries, administrator)]
    return [_kept(snapshot, part, administrator) for part in _parts(entries)]


def _kept(snapshot: Snapshot, entries: Sequence[CatalogueEntry], administrator: bool) -> bytes:
    key = (administrator, *map(id, entries))
    return snapshot.texts.get(key, lambda: Piece(entries, _text(entries, administrator))).text


def _parts(entries: Sequence[CatalogueEntry]) -> Iterator[Sequence[CatalogueEntry]]:
    """Part a list behind entries that their GUID chooses: wherever one was added or taken out, the others stay."""
    begin = 0
    for place, guid in enumerate(map(attrgetter("guid"), entries), start=1):
        if not hash(guid) % PIECE_ENTRIES:
            yield entries[begin:place]
            begin = place
    if begin < len(entries):
        yield entries[begin:]


def _text(entries: Sequence[CatalogueEntry], administrator: bool) -> bytes:
    return b"".join([b",%b" % entry.json(administrator) for entry in entries])
