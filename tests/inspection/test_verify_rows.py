"""`verify_library`: each fault planted in the working copy, the journal or the audit is found."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.inspection.verify import verify_library
from assemblies.inspection.verify.replicas import ATTEMPTS
from assemblies.journal.flush import flush
from assemblies.models import (
    Assembly,
    DomainState,
    JournalEntry,
    JournalHead,
)
from assemblies.payloads import PayloadStore
from assemblies.progress import T
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.commands.calling import call
from tests.documents_made import script
from tests.inspection.planting import execute, found, verify
from tests.official.published_folder import guid
from tests.permits import may_create, may_update

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("stocked")]


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
