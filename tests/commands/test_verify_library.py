"""`verify_library`: each detector goes red on a planted fault."""

import os
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from time import time
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.hydrate import rebuild_replica
from assemblies.actions.update import update
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.inspection.verify import verify_library
from assemblies.inspection.verify.replicas import ATTEMPTS
from assemblies.journal.flush import flush
from assemblies.models import (
    Assembly,
    CommunityAssembly,
    DomainState,
    JournalEntry,
    JournalHead,
    OfficialAssembly,
    UserCreatedAssembly,
    Watermark,
)
from assemblies.payloads import PayloadStore
from assemblies.payloads.reference import payload_name
from assemblies.progress import T
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.commands.calling import Called, call
from tests.documents_made import script
from tests.official.published_folder import guid
from tests.permits import may_create, may_delete, may_update

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("stocked")]


@pytest.fixture
def stocked(library: PayloadStore, command: Actor) -> None:
    """Assemblies in every domain, changed and deleted ones too; all flushed but the last."""
    for number, domain in enumerate(Domain, start=1):
        attached = [Attachment("a.txt", "text/plain", b"attached %d" % number, {})]
        made = script(f"Number {number}", b"echo %d" % number, guid=guid(number), files=attached)
        create(made, domain=domain, permit=may_create(command), store=library)
    update(guid(3), {"summary": "Says three."}, payload=b"echo three", permit=may_update(command), store=library)
    create(script("Gone", b"echo gone", guid=guid(4)), domain=Domain.USER, permit=may_create(command), store=library)
    delete(guid(4), permit=may_delete(command))
    flush()
    create(
        script("Waiting", b"echo waiting", guid=guid(5)), domain=Domain.USER, permit=may_create(command), store=library
    )


def found(called: Called) -> set[tuple[str, str]]:
    return {(finding["kind"], finding["subject"]) for finding in called.answer["findings"]}


def verify() -> Called:
    return call("verify_library", "--json")


def payload_file(store: PayloadStore, payload_guid: str) -> Path:
    return Path(store.storage.path(payload_name(payload_guid)))


def execute(alias: str, statement: str, *parameters: str | int) -> None:
    """Change a database behind the library's back."""
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, parameters)


def test_a_sound_library_has_no_finding() -> None:
    called = verify()

    assert called.exit_code == 0
    assert called.answer["findings"] == called.answer["notes"] == []
    assert called.answer["checked"] == {
        "journal_entries": 7,
        "audit_entries": 7,
        "assemblies": 5,
        "official_rows": 1,
        "community_rows": 1,
        "user_rows": 1,
        "payloads": 9,
        "payload_bytes": sum(len(text) for text in ("echo 1attached 1" * 3, "echo three", "echo gone", "echo waiting")),
    }
    assert "The library is as it should be." in call("verify_library").stdout


def test_a_library_nobody_used_is_sound() -> None:
    for model in (JournalEntry, JournalHead, Assembly, AuditEntry):
        model.objects.all().delete()
    execute("default", "DELETE FROM devmode_audithead")
    for domain in Domain:
        execute(domain.alias, "DELETE FROM assemblies_watermark")
        execute(domain.alias, "DELETE FROM assemblies_domainassembly")
    DomainState.objects.all().delete()

    assert verify().answer["findings"] == []


def test_people_get_a_table_and_exit_code_2(store: PayloadStore) -> None:
    row = Assembly.objects.get(guid=guid(1))
    payload_file(store, row.payload_guid).unlink()
    called = call("verify_library")

    assert called.exit_code == 2
    assert "payload_missing" in called.stdout and row.payload_guid in called.stdout
    assert "1 finding" in called.stderr


def test_a_flipped_bit_in_a_payload_is_found(store: PayloadStore) -> None:
    row = Assembly.objects.get(guid=guid(2))
    file = payload_file(store, row.payload_guid)
    content = bytearray(file.read_bytes())
    content[0] ^= 1
    file.write_bytes(content)
    called = verify()

    assert called.exit_code == 2
    assert found(called) == {("payload_corrupt", row.payload_guid)}


def test_a_missing_attachment_is_found(store: PayloadStore) -> None:
    attachment = Assembly.objects.get(guid=guid(2)).read_content().files[0]
    payload_file(store, attachment.payload_guid).unlink()
    assert found(verify()) == {("payload_missing", attachment.payload_guid)}


def test_the_payload_of_an_earlier_revision_and_of_a_deleted_assembly_count(store: PayloadStore) -> None:
    earlier = JournalEntry.objects.of_assembly(guid(3)).order_by("sequence")[0].read_content()
    gone = JournalEntry.objects.of_assembly(guid(4)).order_by("sequence")[0].read_content()
    assert earlier is not None and gone is not None
    for content in (earlier, gone):
        payload_file(store, content.payload_guid).unlink()

    assert found(verify()) == {
        ("payload_missing", earlier.payload_guid),
        ("payload_missing", gone.payload_guid),
    }


def test_a_payload_in_whose_place_something_else_stands_is_found(store: PayloadStore) -> None:
    row = Assembly.objects.get(guid=guid(2))
    file = payload_file(store, row.payload_guid)
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")
    assert ("payload_corrupt", row.payload_guid) in found(verify())


def plant_payload(store: PayloadStore) -> Path:
    return payload_file(store, store.put(b"nobody names this").guid)


def plant_temporary_file(store: PayloadStore) -> Path:
    file = payload_file(store, str(uuid4())).with_name("payload.0011223344556677.tmp")
    file.parent.mkdir()
    file.write_bytes(b"half a wr")
    return file


def plant_empty_folder(store: PayloadStore) -> Path:
    folder = payload_file(store, str(uuid4())).parent
    folder.mkdir()
    return folder


@pytest.mark.parametrize("plant", [plant_payload, plant_temporary_file, plant_empty_folder])
def test_a_leftover_is_a_note_for_a_day_and_then_a_finding(
    store: PayloadStore, plant: Callable[[PayloadStore], Path]
) -> None:
    path = plant(store)
    payload_guid = path.name if path.is_dir() else path.parent.name
    young = verify()

    assert young.exit_code == 0
    assert [(note["kind"], note["subject"]) for note in young.answer["notes"]] == [("payload_orphan", payload_guid)]
    assert "Notes" in call("verify_library").stdout
    a_day_and_an_hour_ago = time() - 25 * 3600
    os.utime(path, (a_day_and_an_hour_ago, a_day_and_an_hour_ago))
    assert found(verify()) == {("payload_orphan", payload_guid)}


def test_a_leftover_that_is_swept_meanwhile_is_nothing(store: PayloadStore) -> None:
    leftover = plant_payload(store)

    def sweep_meanwhile(items: Iterable[T], phase: str, total: int) -> Iterable[T]:
        if phase == "Reading the journal":
            store.delete(leftover.parent.name)
        return items

    result = verify_library(store, now=timezone.now(), track=sweep_meanwhile)
    assert (result.findings, result.notes) == ([], [])


@pytest.mark.parametrize("flushes", [2, ATTEMPTS])
def test_what_happens_while_the_library_is_verified_is_no_fault(
    store: PayloadStore, command: Actor, flushes: int
) -> None:
    """Writes between the listing and the journal, after the journal's end was read, and a flusher in between."""
    flushed: list[object] = []

    def work_meanwhile(items: Iterable[T], phase: str, total: int) -> Iterable[T]:
        if phase == "Reading the journal":
            create(
                script("New", b"echo new", guid=guid(9)), domain=Domain.USER, permit=may_create(command), store=store
            )
        if phase == "Comparing assemblies":
            update(guid(1), {"summary": "Meanwhile."}, permit=may_update(command), store=store)
        if phase == "Comparing official.db" and len(flushed) < flushes:
            update(guid(1), {"summary": f"Again {uuid4()}."}, permit=may_update(command), store=store)
            flushed.append(flush())
        return items

    result = verify_library(store, now=timezone.now() + timedelta(days=2), track=work_meanwhile)
    assert (result.findings, result.notes) == ([], [])
    assert len(flushed) == flushes


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


@pytest.mark.parametrize("column", ["content", "display_name", "payload_guid", "domain", "updated_by"])
def test_a_working_copy_edited_by_hand_is_found(column: str) -> None:
    value = "official" if column == "domain" else "evil"
    execute("default", f"UPDATE assemblies_assembly SET {column} = %s WHERE guid = %s", value, guid(5))  # noqa: S608
    called = verify()
    assert found(called) == {("working_copy", guid(5))}
    assert column in called.answer["findings"][0]["detail"]


def test_a_working_copy_that_lost_its_last_revision_is_found() -> None:
    execute("default", "UPDATE assemblies_assembly SET sequence = 3 WHERE guid = %s", guid(3))
    assert found(verify()) == {("working_copy", guid(3))}


def test_a_dropped_and_an_invented_row_of_the_working_copy_are_found() -> None:
    row = Assembly.objects.get(guid=guid(5))
    row.delete()
    row.guid = guid(8)
    row.save(force_insert=True)
    assert found(verify()) == {("working_copy", guid(5)), ("working_copy", guid(8))}


def test_a_deletion_undone_or_made_by_hand_is_found() -> None:
    execute("default", "UPDATE assemblies_assembly SET deleted_at = NULL WHERE guid = %s", guid(4))
    execute("default", "UPDATE assemblies_assembly SET deleted_at = updated_at WHERE guid = %s", guid(5))
    assert found(verify()) == {("working_copy", guid(4)), ("working_copy", guid(5))}


def test_a_deleted_row_edited_by_hand_is_found() -> None:
    execute("default", "UPDATE assemblies_assembly SET summary = 'evil' WHERE guid = %s", guid(4))
    assert found(verify()) == {("working_copy", guid(4))}


@pytest.mark.parametrize("content", ["{}", "no json", "[]"])
def test_an_altered_journal_entry_is_found_whatever_it_holds_now(content: str) -> None:
    execute("default", "UPDATE assemblies_journalentry SET content = %s WHERE sequence = 1", content)
    called = verify()
    assert ("journal", "1") in found(called)
    assert called.exit_code == 2


def test_a_missing_journal_entry_is_found() -> None:
    execute("default", "DELETE FROM assemblies_journalentry WHERE sequence = 2")
    assert ("journal", "2") in found(verify())


def test_a_cut_tail_of_the_journal_is_found() -> None:
    execute("default", "DELETE FROM assemblies_journalentry WHERE sequence = 7")
    assert {("journal", "7"), ("working_copy", guid(5))} <= found(verify())


def test_a_cut_tail_is_found_even_when_the_head_was_cut_with_it() -> None:
    execute("default", "DELETE FROM assemblies_journalentry WHERE sequence > 5")
    last = JournalEntry.objects.get(sequence=5)
    JournalHead.objects.update(sequence=last.sequence, hash=last.hash)
    assert {("watermark", "user"), ("working_copy", guid(5))} <= found(verify())


def test_an_edited_and_a_dropped_audit_entry_are_found() -> None:
    execute("default", "UPDATE devmode_auditentry SET actor = 'nobody' WHERE sequence = 2")
    assert found(verify()) == {("audit", "2")}
    execute("default", "DELETE FROM devmode_auditentry WHERE sequence >= 6")
    assert found(verify()) == {("audit", "2"), ("audit", "6")}


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_rebuilt_replica_is_sound_again(library: PayloadStore) -> None:
    rebuild_replica(Domain.USER)
    flush()
    assert verify().answer["findings"] == []
