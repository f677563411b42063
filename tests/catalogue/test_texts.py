"""Lists as ready text: equal to the items one by one, and made again only where something changed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from assemblies.catalogue import CatalogueEntry, Snapshot
from assemblies.catalogue.snapshot import Persistence, Position
from assemblies.catalogue.texts import PIECE_ENTRIES, texts_of
from tests.catalogue.test_sharing import read


def items(texts: Sequence[bytes]) -> list[object]:
    whole = b"".join(texts)
    return list(json.loads(b"[%b]" % whole.removeprefix(b",")))


def entries_of(count: int) -> list[CatalogueEntry]:
    content = read()
    guids = (f"{number:08x}-0000-4000-8000-000000000000" for number in range(count))
    return [CatalogueEntry(guid=guid, domain="user_created", revision=1, content=content) for guid in guids]


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot(Position(), {}, {}, Persistence(), timedelta(seconds=60))


@pytest.mark.parametrize("administrator", [True, False])
@pytest.mark.parametrize("count", [0, 1, PIECE_ENTRIES, PIECE_ENTRIES + 1, 3000])
def test_the_pieces_are_the_items_in_their_order(snapshot: Snapshot, count: int, administrator: bool) -> None:
    entries = entries_of(count)
    expected = [entry.item(administrator) for entry in entries]
    for _time in range(2):
        assert items(texts_of(snapshot, entries, administrator=administrator)) == expected


def test_the_two_kinds_of_reader_share_no_piece(snapshot: Snapshot) -> None:
    entries = entries_of(1000)
    seen = [items(texts_of(snapshot, entries, administrator=administrator)) for administrator in (True, False, True)]
    assert seen[0] == seen[2] == [entry.item(True) for entry in entries]
    assert seen[1] == [entry.item(False) for entry in entries]


@pytest.mark.parametrize("place", [0, 1500, 2999])
def test_a_change_makes_one_piece_again(snapshot: Snapshot, place: int) -> None:
    entries = entries_of(3000)
    before = texts_of(snapshot, entries, administrator=True)
    changed = [*entries[:place], replace(entries[place], revision=2), *entries[place + 1 :]]
    after = texts_of(snapshot, changed, administrator=True)
    assert items(after) == [entry.item(True) for entry in changed]
    assert len(set(map(id, after)) - set(map(id, before))) == 1
    fewer = texts_of(snapshot, [*entries[:place], *entries[place + 1 :]], administrator=True)
    assert len(set(map(id, fewer)) - set(map(id, before))) <= 1


def test_what_is_kept_stays_what_its_entries_are(snapshot: Snapshot) -> None:
    """Entries that are gone leave their places in memory to others, which must not be taken for them."""
    for revision in range(20):
        entries = [replace(entry, revision=revision) for entry in entries_of(500)]
        found = items(texts_of(snapshot, entries, administrator=False))
        assert found == [entry.item(False) for entry in entries]
