"""The journal: gap-free, chained, and able to tell when someone else wrote to it."""

import random
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.db import transaction

from assemblies.domains import Domain, Operation
from assemblies.journal.append import Draft, append, lock_head
from assemblies.journal.chain import find_breaks
from assemblies.models import JournalEntry, JournalHead
from assemblies.payloads import PayloadStore

pytestmark = pytest.mark.database

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def draft(number: int) -> Draft:
    return Draft(
        event_guid=f"event-{number}",
        domain=Domain.USER,
        assembly_guid=f"{number:040x}",
        operation=Operation.CREATE,
        actor="olga",
        content=f'{{"number":{number}}}',
    )


@pytest.fixture
def journal(library: PayloadStore) -> list[JournalEntry]:
    with transaction.atomic():
        return append(lock_head(), [draft(number) for number in range(1, 31)], now=NOW)


def test_entries_are_numbered_without_gaps_and_chained(journal: list[JournalEntry]) -> None:
    assert [entry.sequence for entry in journal] == list(range(1, 31))
    assert all(later.previous_hash == earlier.hash for earlier, later in pairwise(journal))
    assert list(find_breaks()) == []


def test_a_rolled_back_append_leaves_no_gap(journal: list[JournalEntry]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        append(lock_head(), [draft(31)], now=NOW)
        raise RuntimeError
    with transaction.atomic():
        [entry] = append(lock_head(), [draft(32)], now=NOW)
    assert entry.sequence == 31
    assert list(find_breaks()) == []


def test_an_empty_journal_holds_together(library: PayloadStore) -> None:
    assert list(find_breaks()) == []


@pytest.mark.parametrize("field", ["event_guid", "domain", "assembly_guid", "operation", "actor", "content", "hash"])
def test_an_altered_entry_is_found(journal: list[JournalEntry], field: str) -> None:
    JournalEntry.objects.filter(sequence=7).update(**{field: "forged"})
    assert (7, "the journal's entry was altered") in list(find_breaks())


def test_a_removed_entry_and_a_cut_tail_are_found(journal: list[JournalEntry]) -> None:
    JournalEntry.objects.filter(sequence=30).delete()
    assert list(find_breaks()) == [(30, "the journal's tail was cut")]
    JournalEntry.objects.filter(sequence=9).delete()
    assert (9, "an entry of the journal is missing") in list(find_breaks())


def test_a_thousand_random_edits_are_all_found(journal: list[JournalEntry]) -> None:
    chance = random.Random(20261120)
    fields = ["event_guid", "domain", "assembly_guid", "operation", "actor", "content", "previous_hash", "hash"]
    found = 0
    for _ in range(1000):
        with transaction.atomic():
            point = transaction.savepoint()
            sequence = chance.randint(1, 30)
            if chance.random() < 0.3:
                JournalEntry.objects.filter(sequence__gte=sequence).delete()
            else:
                JournalEntry.objects.filter(sequence=sequence).update(
                    **{chance.choice(fields): f"x{chance.random()}"[:12]}
                )
            found += any(find_breaks())
            transaction.savepoint_rollback(point)
    assert found == 1000
    assert JournalHead.objects.get().sequence == 30
