"""An audit that an earlier release wrote: migrated with its library, and verified in the spelling it was hashed in."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from devmode.audit import Subject, entry_hash, find_breaks, record
from devmode.models import AuditEntry
from tests.audit_facts import audit_facts
from tests.commands.deployment import Deployment
from tests.releases.earlier import rows_of, unpack

BEFORE, AFTER = "0004", "0005"
AUDIT = "SELECT * FROM devmode_auditentry ORDER BY sequence"
RENAMED = {"domain": "scope", "assembly_guid": "subject_id"}


def earlier_entries() -> list[AuditEntry]:
    """Return the entries as this release has them, the columns of later migrations as these fill them."""
    return [
        AuditEntry(
            **{RENAMED.get(name, name): value for name, value in dict(row).items()}
            | {
                "recorded_at": datetime.fromisoformat(row["recorded_at"]).replace(tzinfo=UTC),
                "dev_mode": bool(row["dev_mode"]),
                "subject_kind": "assembly" if row["assembly_guid"] else "",
                "hash_version": 1,
            }
        )
        for row in rows_of("engine", AUDIT)
    ]


def test_every_entry_has_the_hash_that_it_was_given() -> None:
    entries = earlier_entries()
    assert {entry.outcome for entry in entries} == {"success", "denied"}
    assert {entry.subject_kind for entry in entries} == {"assembly", ""}
    assert [entry.hash for entry in entries] == [entry_hash(entry) for entry in entries]
    assert [entry.previous_hash for entry in entries] == ["", *(entry.hash for entry in entries[:-1])]


@pytest.mark.parametrize(
    "column",
    ["sequence", "actor", "role", "remote_address", "event", "scope", "subject_id", "outcome", "detail"],
)
def test_no_column_of_an_earlier_entry_can_be_changed(column: str) -> None:
    for entry in earlier_entries():
        before = getattr(entry, column)
        setattr(entry, column, before + 1 if isinstance(before, int) else f"{before}x")
        assert _hash(entry) != entry.hash


@pytest.mark.parametrize(("column", "value"), [("subject_kind", "run"), ("hash_version", 2), ("hash_version", 7)])
def test_nor_can_the_columns_that_were_added_to_it(column: str, value: Any) -> None:
    for entry in earlier_entries():
        setattr(entry, column, value)
        assert _hash(entry) != entry.hash


def _hash(entry: AuditEntry) -> str:
    """Return the hash of an entry; "" where it is one that no release could have written."""
    try:
        return entry_hash(entry)
    except ValueError:
        return ""


@pytest.fixture
def earlier_tables(db_of_library: None) -> Iterator[None]:
    """The audit's tables as they were, with what was in them."""
    call_command("migrate", "devmode", BEFORE, verbosity=0)
    for table in ("devmode_auditentry", "devmode_audithead"):
        _copy(table)
    yield
    AuditEntry.objects.all().delete()
    call_command("migrate", "devmode", verbosity=0)


def _copy(table: str) -> None:
    rows = [dict(row) for row in rows_of("engine", f"SELECT * FROM {table}")]  # noqa: S608 - our own tables
    names = ", ".join(rows[0])
    places = ", ".join("%s" for _name in rows[0])
    with connection.cursor() as cursor:
        for row in rows:
            values = [bool(value) if name == "dev_mode" else value for name, value in row.items()]
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", values)  # noqa: S608


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_migration_keeps_every_hash_and_the_next_entry_follows(earlier_tables: None) -> None:
    call_command("migrate", "devmode", verbosity=0)
    assert list(find_breaks()) == []
    assert [entry.hash for entry in AuditEntry.objects.order_by("sequence")] == [
        row["hash"] for row in rows_of("engine", AUDIT)
    ]
    assert set(AuditEntry.objects.values_list("hash_version", flat=True)) == {1}
    with transaction.atomic():
        now = record(audit_facts(subject=Subject(scope="user")), now=timezone.now())
    assert now.hash_version == 2
    assert list(find_breaks()) == []


def test_a_library_of_an_earlier_release_is_prepared_and_verifies(tmp_path: Path) -> None:
    """With the commands alone, on the very files."""
    unpack(tmp_path)
    deployment = Deployment(tmp_path)
    deployment.answer("prepare")
    deployment.answer("create_token", "olga")
    verified = json.loads(deployment.answer("verify_library", "--json"))
    assert verified["findings"] == []
    assert verified["checked"]["audit_entries"] == len(rows_of("engine", AUDIT)) + 1
    assert verified["checked"]["journal_entries"] == 26
