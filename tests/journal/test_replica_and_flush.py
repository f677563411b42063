"""Replicas: exactly once, in order, one domain never held up by another."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError, connections

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.errors import JournalBroken, ReplicaMismatch
from assemblies.journal import flush as flush_module
from assemblies.journal.flush import explain, flush, flush_domain
from assemblies.journal.pending import next_attempt_at, pending_writes, persisted_sequences
from assemblies.journal.replica import bring_up_to_date
from assemblies.models import (
    Assembly,
    CommunityAssembly,
    DomainState,
    Flush,
    JournalEntry,
    OfficialAssembly,
    UserCreatedAssembly,
    Watermark,
)
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_update

pytestmark = pytest.mark.database


@pytest.fixture
def guids(library: PayloadStore, command: Actor) -> list[str]:
    return [
        create(script(f"In {domain}"), domain=domain, permit=may_create(command), store=library).guid
        for domain in (Domain.OFFICIAL, Domain.COMMUNITY, Domain.USER)
    ]


def test_each_domain_gets_its_own_rows(guids: list[str]) -> None:
    assert flush() == {"official": 1, "community": 1, "user": 1}
    found = [model.objects.get().guid for model in (OfficialAssembly, CommunityAssembly, UserCreatedAssembly)]
    assert found == guids


def test_flushing_again_does_nothing(guids: list[str]) -> None:
    flush()
    states = list(DomainState.objects.order_by("domain").values())
    assert flush() == {"official": 0, "community": 0, "user": 0}
    assert list(DomainState.objects.order_by("domain").values()) == states
    assert Flush.objects.count() == 3


def test_an_empty_library_has_nothing_to_flush(library: PayloadStore) -> None:
    assert flush() == {"official": 0, "community": 0, "user": 0}
    assert persisted_sequences() == {Domain.OFFICIAL: 0, Domain.COMMUNITY: 0, Domain.USER: 0}


def test_only_the_last_state_of_an_assembly_is_written(library: PayloadStore, guids: list[str], command: Actor) -> None:
    update(guids[2], {"summary": "Second"}, permit=may_update(command), store=library)
    assert bring_up_to_date(Domain.USER) == (2, 4)
    replica, row = UserCreatedAssembly.objects.get(), Assembly.objects.get(guid=guids[2])
    assert (replica.summary, replica.sequence, replica.content) == ("Second", 4, row.content)


def test_a_deletion_removes_the_replicas_row(library: PayloadStore, guids: list[str], command: Actor) -> None:
    flush()
    delete(guids[2], permit=may_delete(command))
    assert flush()["user"] == 1
    assert not UserCreatedAssembly.objects.exists()


def test_the_watermark_names_the_last_entry_applied(guids: list[str]) -> None:
    flush()
    watermark = Watermark.objects.using("user_created").get()
    assert watermark.hash == JournalEntry.objects.get(sequence=3).hash
    assert watermark.sequence == 3


@pytest.mark.parametrize(
    "forged",
    [{"journal_id": "another"}, {"sequence": 99}, {"hash": "0" * 64}],
    ids=["another journal", "ahead", "another day"],
)
def test_a_watermark_that_does_not_match_is_refused_with_words(guids: list[str], forged: dict[str, object]) -> None:
    flush()
    Watermark.objects.using("user_created").update(**forged)
    with pytest.raises(ReplicaMismatch) as caught:
        bring_up_to_date(Domain.USER)
    assert "prepare" in caught.value.message
    flush_domain(Domain.USER)
    state = DomainState.objects.get(domain=Domain.USER)
    assert (state.attempts, state.last_error) == (1, caught.value.message)


def test_rows_without_a_watermark_are_refused(guids: list[str]) -> None:
    flush()
    Watermark.objects.using("user_created").all().delete()
    with pytest.raises(ReplicaMismatch, match="no watermark"):
        bring_up_to_date(Domain.USER)


def test_one_domains_trouble_does_not_hold_up_the_others(guids: list[str]) -> None:
    Watermark.objects.using("community").create(domain=Domain.COMMUNITY, journal_id="another")
    assert flush() == {"official": 1, "community": 0, "user": 1}
    writes = pending_writes()
    assert [(write.guid, write.attempts) for write in writes] == [(guids[1], 1)]
    assert "another journal" in writes[0].last_error


def test_a_success_clears_the_error(guids: list[str]) -> None:
    Watermark.objects.using("community").create(domain=Domain.COMMUNITY, journal_id="another")
    flush()
    Watermark.objects.using("community").all().delete()
    flush()
    state = DomainState.objects.get(domain=Domain.COMMUNITY)
    assert (state.attempts, state.last_error, state.persisted_sequence) == (0, "", 2)


def test_a_crash_between_the_domains_commit_and_its_record_is_repaired(guids: list[str]) -> None:
    bring_up_to_date(Domain.USER)
    assert persisted_sequences()[Domain.USER] == 0
    assert flush_domain(Domain.USER) == 0
    assert persisted_sequences()[Domain.USER] == 3
    assert UserCreatedAssembly.objects.count() == 1


def test_pending_writes_tell_of_the_first_change_that_waits(
    library: PayloadStore, guids: list[str], command: Actor
) -> None:
    update(guids[2], {"summary": "Second"}, permit=may_update(command), store=library)
    writes = {write.guid: write for write in pending_writes()}
    entries = {entry.sequence: entry for entry in JournalEntry.objects.all()}
    assert writes[guids[2]].staged_at == entries[3].recorded_at
    assert (writes[guids[2]].sequence, writes[guids[2]].operation) == (4, "update")
    assert len(writes) == 3


def test_a_change_waits_one_interval_and_failures_back_off(library: PayloadStore) -> None:
    interval, entry = timedelta(seconds=60), DomainState(domain=Domain.USER)
    from django.utils import timezone

    staged = timezone.now()
    assert next_attempt_at(None, staged, interval=interval) == staged + interval
    entry.last_attempt_at = staged + interval
    waits = []
    for attempts in range(1, 12):
        entry.attempts = attempts
        waits.append((next_attempt_at(entry, staged, interval=interval) - entry.last_attempt_at).seconds)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DatabaseError("database is locked"), "locked by another program"),
        (DatabaseError("unable to open database file"), "missing"),
        (DatabaseError("attempt to write a readonly database"), "read-only"),
        (DatabaseError("something /with/a/path"), "see engine.log"),
        (ReplicaMismatch("say this"), "say this"),
    ],
)
def test_errors_are_explained_without_paths(error: Exception, words: str) -> None:
    assert words in explain(error)
    assert "/with" not in explain(error)


@pytest.mark.sqlite("locks of this kind are SQLite's")
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_locked_domain_database_is_retried_and_its_error_shown(
    store: PayloadStore, command: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    guid = create(script(), domain=Domain.USER, permit=may_create(command), store=store).guid
    create(script(), domain=Domain.OFFICIAL, permit=may_create(command), store=store)
    intruder = sqlite3.connect(str(connections["user_created"].settings_dict["NAME"]), isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    try:
        monkeypatch.setitem(connections["user_created"].settings_dict["OPTIONS"], "timeout", 0.1)
        assert flush() == {"official": 1, "community": 0, "user": 0}
    finally:
        intruder.execute("ROLLBACK")
        intruder.close()
    [write] = pending_writes()
    assert write.guid == guid
    assert "locked by another program" in write.last_error
    assert flush()["user"] == 1
    assert pending_writes() == []
    assert flush_module.flush()["user"] == 0


@pytest.mark.parametrize("content", ["not JSON at all", None], ids=["unreadable", "altered"])
def test_an_altered_entry_is_not_written_and_says_so(guids: list[str], content: str | None) -> None:
    entry = JournalEntry.objects.get(sequence=3)
    altered = content or entry.content.replace("In user", "In doubt")
    JournalEntry.objects.filter(sequence=3).update(content=altered)
    assert flush() == {"official": 1, "community": 1, "user": 0}
    assert not UserCreatedAssembly.objects.exists()
    assert DomainState.objects.get(domain=Domain.USER).last_error == JournalBroken().message


def test_a_lost_connection_is_a_failed_flush_and_no_more(guids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(_domain: Domain) -> tuple[int, int]:
        raise InterfaceError("connection already closed")

    monkeypatch.setattr(flush_module, "bring_up_to_date", lost)
    assert flush_domain(Domain.USER) == 0
    assert DomainState.objects.get(domain=Domain.USER).attempts == 1
