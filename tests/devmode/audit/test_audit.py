"""Appending to the audit, and finding every hand that was laid on it."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection, transaction

from devmode.actor import Role
from devmode.audit import AuditFacts, AuditUnwritable, Subject, find_breaks, record
from devmode.models import AuditEntry, AuditHead
from devmode.models.audit import Outcome
from tests.audit_facts import audit_facts

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
ENTRIES = 12
TAMPERINGS = 1000
TABLE = AuditEntry._meta.db_table
TEXT_COLUMNS = (
    "actor role remote_address event scope subject_kind subject_id outcome detail previous_hash hash"
).split()
SUBJECT = Subject(scope="user", kind="assembly", id="0a" * 16)


def facts(number: int = 1, **more: Any) -> AuditFacts:
    values: dict[str, Any] = {"subject": SUBJECT, "detail": {"n": number}} | more
    return audit_facts(f"user{number}", role=Role.ADMINISTRATOR, remote_address="192.0.2.7", **values)


def write_audit(count: int = ENTRIES) -> None:
    for number in range(1, count + 1):
        outcome = Outcome.DENIED if number % 3 == 0 else Outcome.SUCCESS
        record(facts(number, outcome=outcome, dev_mode=number % 2 == 0), now=NOW + timedelta(seconds=number))


def execute(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def set_column(column: str, value: Any, sequence: int) -> None:
    execute(f"UPDATE {TABLE} SET {column} = %s WHERE sequence = %s", value, sequence)  # noqa: S608 - our own names


def test_an_entry_says_who_did_what_where_and_with_what_outcome() -> None:
    record(facts(7, outcome=Outcome.DENIED, dev_mode=True), now=NOW)
    entry = AuditEntry.objects.get()
    assert (entry.sequence, entry.recorded_at, entry.actor, entry.role) == (1, NOW, "user7", "administrator")
    assert (entry.event, entry.hash_version) == ("assembly.update", 2)
    assert (entry.scope, entry.subject_kind, entry.subject_id) == ("user", "assembly", "0a" * 16)
    assert (entry.outcome, entry.remote_address, entry.dev_mode, entry.detail) == (
        "denied",
        "192.0.2.7",
        True,
        '{"n": 7}',
    )
    assert str(entry) == "1: assembly.update, user7"


def test_entries_are_numbered_without_gaps_and_chained_to_the_head() -> None:
    write_audit(5)
    entries = list(AuditEntry.objects.order_by("sequence"))
    head = AuditHead.objects.get()
    assert [entry.sequence for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.previous_hash for entry in entries] == ["", *(entry.hash for entry in entries[:-1])]
    assert (head.sequence, head.hash) == (5, entries[-1].hash)
    assert str(head) == "audit at 5"
    assert list(find_breaks()) == []


def test_a_rolled_back_change_leaves_neither_entry_nor_gap() -> None:
    record(facts(1), now=NOW)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(facts(2), now=NOW)
        raise ZeroDivisionError
    assert record(facts(3), now=NOW).sequence == 2
    assert list(find_breaks()) == []


def test_an_empty_audit_holds_together() -> None:
    assert list(find_breaks()) == []


def test_the_hash_does_not_depend_on_the_time_zone_it_was_told_in() -> None:
    record(facts(), now=NOW.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert list(find_breaks()) == []


def test_an_entry_is_in_the_log_too(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="borealis.engine.devmode.audit"):
        record(facts(4), now=NOW)
    assert caplog.messages == ['audit 1 assembly.update by user4 (success): {"n": 4}']


@pytest.mark.parametrize("table", [AuditEntry._meta.db_table, AuditHead._meta.db_table])
@pytest.mark.sqlite("the failure is planted with an SQLite trigger")
def test_an_unwritable_table_is_said_so_and_nothing_is_kept(table: str) -> None:
    record(facts(1), now=NOW)
    operation = "UPDATE" if table.endswith("head") else "INSERT"
    execute(f"CREATE TRIGGER planted BEFORE {operation} ON {table} BEGIN SELECT RAISE(ABORT, 'planted'); END")
    with pytest.raises(AuditUnwritable, match="planted"), transaction.atomic():
        record(facts(2), now=NOW)
    assert AuditEntry.objects.count() == AuditHead.objects.get().sequence == 1


# Tampering. Each writes to the table behind the library's back, as someone with the file in hand would.


def edit(draw: random.Random) -> str:
    column, sequence = draw.choice(TEXT_COLUMNS), draw.randint(1, ENTRIES)
    before: str = getattr(AuditEntry.objects.get(sequence=sequence), column)
    place = draw.randrange(len(before) or 1)
    other = draw.choice([char for char in "0aZ {" if char != before[place : place + 1]])
    set_column(column, before[:place] + other + before[place + 1 :], sequence)
    return f"edit {column} of {sequence}"


def edit_fact(draw: random.Random) -> str:
    entry = AuditEntry.objects.get(sequence=draw.randint(1, ENTRIES))
    choice = draw.randint(0, 2)
    if choice == 0:
        entry.dev_mode = not entry.dev_mode
    elif choice == 1:
        entry.hash_version = draw.choice([0, 1, 3])
    else:
        entry.recorded_at += timedelta(microseconds=draw.choice([-1, 1]) * draw.randint(1, 10**9))
    entry.save()
    return f"edit a fact of {entry.sequence}"


def renumber(draw: random.Random) -> str:
    sequence, other = draw.randint(1, ENTRIES), draw.choice([-1, 0, ENTRIES + 1, 10**9])
    set_column("sequence", other, sequence)
    return f"renumber {sequence} to {other}"


def delete(draw: random.Random) -> str:
    gone = draw.sample(range(1, ENTRIES + 1), draw.randint(1, 3))
    AuditEntry.objects.filter(sequence__in=gone).delete()
    return f"delete {gone}"


def swap(draw: random.Random) -> str:
    one, two = draw.sample(range(1, ENTRIES + 1), 2)
    for old, new in ((one, -1), (two, one), (-1, two)):
        set_column("sequence", new, old)
    return f"swap {one} and {two}"


def cut_tail(draw: random.Random) -> str:
    left = draw.randint(0, ENTRIES - 1)
    AuditEntry.objects.filter(sequence__gt=left).delete()
    return f"cut after {left}"


def alter_head(draw: random.Random) -> str:
    choice = draw.randint(0, 2)
    if choice == 0:
        AuditHead.objects.all().delete()
    elif choice == 1:
        AuditHead.objects.update(sequence=draw.randint(0, ENTRIES - 1))
    else:
        AuditHead.objects.update(hash="0" * 64)
    return f"alter the head {choice}"


KINDS: list[Callable[[random.Random], str]] = [
    edit,
    edit,
    edit,
    edit_fact,
    renumber,
    delete,
    swap,
    cut_tail,
    alter_head,
]


def test_each_of_a_thousand_random_tamperings_is_found() -> None:
    write_audit()
    draw, missed = random.Random(20260301), []
    for _ in range(TAMPERINGS):
        before = transaction.savepoint()
        done = draw.choice(KINDS)(draw)
        if not list(find_breaks()):
            missed.append(done)
        transaction.savepoint_rollback(before)
    assert missed == []
    assert list(find_breaks()) == []


@pytest.mark.sqlite("only SQLite keeps what is not of the column's type")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("recorded_at", "no time"),
        ("recorded_at", "2026-13-45 00:00:00"),
        ("detail", b"\xff\xfe"),
        ("hash", b"\xff"),
        ("dev_mode", 7),
        ("sequence", "twelve"),
    ],
)
def test_what_is_not_even_of_the_columns_type_is_found(column: str, value: object) -> None:
    write_audit()
    set_column(column, value, 12)
    assert list(find_breaks())


@pytest.mark.sqlite("only SQLite keeps text that is none")
def test_text_that_is_no_text_is_found() -> None:
    write_audit()
    execute(f"UPDATE {TABLE} SET detail = CAST(X'ff' AS TEXT) WHERE sequence = 5")  # noqa: S608
    assert "cannot be read" in list(find_breaks())[-1][1]


def test_a_finding_names_the_entry_and_what_is_wrong() -> None:
    write_audit()
    AuditEntry.objects.filter(sequence=4).update(actor="somebody else")
    AuditEntry.objects.filter(sequence=7).delete()
    AuditEntry.objects.filter(sequence__gt=10).delete()
    assert list(find_breaks()) == [
        (4, "the audit's entry was altered"),
        (7, "an entry of the audit is missing"),
        (11, "the audit's tail was cut"),
    ]
