"""`verify_library`: domain databases and their watermarks that differ from the journal are found."""

from uuid import uuid4

import pytest

from assemblies.actions.hydrate import rebuild_replica
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import (
    CommunityAssembly,
    DomainState,
    JournalEntry,
    JournalHead,
    OfficialAssembly,
    UserCreatedAssembly,
    Watermark,
)
from assemblies.payloads import PayloadStore
from tests.inspection.planting import execute, found, verify
from tests.official.published_folder import guid

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("stocked")]


@pytest.mark.parametrize(
    ("model", "alias", "number"),
    [(OfficialAssembly, "official", 1), (CommunityAssembly, "community", 2), (UserCreatedAssembly, "user_created", 3)],
)
def test_an_edited_a_dropped_and_an_added_replica_row_are_found(
    model: type[OfficialAssembly], alias: str, number: int
) -> None:
    row = model._base_manager.get(guid=guid(number))
    execute(alias, "UPDATE assemblies_domainassembly SET summary = 'evil' WHERE guid = %s", row.guid)
    edited = verify()
    assert found(edited) == {("replica", row.guid)}
    assert edited.answer["findings"][0]["detail"].endswith("in: summary")

    execute(alias, "DELETE FROM assemblies_domainassembly WHERE guid = %s", row.guid)
    dropped = verify()
    assert found(dropped) == {("replica", row.guid)}
    assert "missing" in dropped.answer["findings"][0]["detail"]

    row.save(force_insert=True)
    row.guid = guid(7)
    row.save(force_insert=True)
    assert found(verify()) == {("replica", guid(7))}


def test_a_deleted_assembly_that_came_back_in_the_replica_is_found() -> None:
    row = UserCreatedAssembly._base_manager.get(guid=guid(3))
    row.guid = guid(4)
    row.save(force_insert=True)
    assert found(verify()) == {("replica", guid(4))}


@pytest.mark.parametrize("column", ["content", "sequence", "payload_sha256", "updated_at", "display_name"])
def test_each_column_of_a_replica_row_counts(column: str) -> None:
    value = 99 if column == "sequence" else "2001-01-01 00:00:00" if column == "updated_at" else "other"
    execute("official", f"UPDATE assemblies_domainassembly SET {column} = %s WHERE guid = %s", value, guid(1))  # noqa: S608
    assert found(verify()) == {("replica", guid(1))}


def test_a_watermark_that_names_another_entry_is_found() -> None:
    Watermark.objects.using("community").update(hash="0" * 64)
    assert found(verify()) == {("watermark", "community")}


def test_a_watermark_of_another_journal_is_found() -> None:
    Watermark.objects.using("community").update(journal_id=str(uuid4()))
    assert found(verify()) == {("watermark", "community")}


def test_rows_without_a_watermark_are_found() -> None:
    Watermark.objects.using("community").all().delete()
    assert found(verify()) == {("watermark", "community"), ("domain_state", "community")}


def test_replicas_of_a_lost_journal_are_found() -> None:
    JournalEntry.objects.all().delete()
    JournalHead.objects.all().delete()
    assert {("watermark", str(domain)) for domain in Domain} < found(verify())


def test_a_domain_state_ahead_of_its_watermark_is_found() -> None:
    DomainState.objects.filter(domain=Domain.OFFICIAL).update(persisted_sequence=5)
    assert found(verify()) == {("domain_state", "official")}


def test_a_replica_to_be_rebuilt_waits_for_its_flush() -> None:
    Watermark.objects.using("official").update(sequence=0, hash="")
    DomainState.objects.filter(domain=Domain.OFFICIAL).delete()
    called = verify()

    assert called.exit_code == 0
    assert [(note["kind"], note["subject"]) for note in called.answer["notes"]] == [("replica", "official")]
    flush()
    assert verify().answer["notes"] == []


@pytest.mark.parametrize("table", ["assemblies_domainassembly", "assemblies_watermark"])
def test_a_domain_database_that_cannot_be_read_is_found_and_hides_no_other(table: str) -> None:
    execute("community", f"ALTER TABLE {table} RENAME TO lost")
    execute("official", "UPDATE assemblies_domainassembly SET summary = 'evil'")
    assert found(verify()) == {("domain_database", "community"), ("replica", guid(1))}


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_rebuilt_replica_is_sound_again(library: PayloadStore) -> None:
    rebuild_replica(Domain.USER)
    flush()
    assert verify().answer["findings"] == []
