"""Domain databases put in place by hand."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from assemblies.actions.create import create
from assemblies.actions.hydrate import adopt_replica, hydrate, hydrate_all, rebuild_replica
from assemblies.actions.update import update
from assemblies.catalogue import Catalogue
from assemblies.domains import Domain, Operation
from assemblies.journal.flush import flush, flush_domain
from assemblies.journal.flusher import Flusher
from assemblies.journal.pending import pending_writes
from assemblies.models import (
    Assembly,
    DomainState,
    Flush,
    JournalEntry,
    JournalHead,
    OfficialAssembly,
    UserCreatedAssembly,
    Watermark,
)
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.permits import may_adopt, may_create, may_update

pytestmark = pytest.mark.database

GUID = "e" * 40


@pytest.fixture
def foreign(library: PayloadStore, command: Actor) -> OfficialAssembly:
    """An official database written by another deployment, in place of an empty library's own."""
    create(script("Foreign", guid=GUID), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    flush()
    for model in (Assembly, JournalEntry, JournalHead, DomainState, Flush, AuditEntry):
        model.objects.all().delete()
    return OfficialAssembly.objects.get()


def test_unknown_rows_are_adopted_as_they_are(library: PayloadStore, command: Actor, foreign: OfficialAssembly) -> None:
    reports = {report.domain: report for report in hydrate_all(permit=may_adopt(command), store=library)}
    row = Assembly.objects.get()
    assert reports[Domain.OFFICIAL].adopted == [GUID]
    assert (row.content, row.domain) == (foreign.content, "official")
    assert JournalEntry.objects.get().operation == Operation.ADOPT
    assert row.search_text == "echo hello\n"
    assert flush()["official"] == 1
    assert OfficialAssembly.objects.get().content == foreign.content


def test_hydrating_again_finds_nothing(library: PayloadStore, command: Actor, foreign: OfficialAssembly) -> None:
    hydrate_all(permit=may_adopt(command), store=library)
    flush()
    reports = hydrate_all(permit=may_adopt(command), store=library)
    assert all(not (report.adopted or report.conflicts or report.advice) for report in reports)
    assert JournalEntry.objects.count() == 1


def test_rows_without_a_watermark_are_adopted_too(
    library: PayloadStore, command: Actor, foreign: OfficialAssembly
) -> None:
    Watermark.objects.using("official").all().delete()
    assert hydrate_all(permit=may_adopt(command), store=library)[0].adopted == [GUID]
    assert flush()["official"] == 1


@pytest.fixture
def conflict(library: PayloadStore, command: Actor, foreign: OfficialAssembly) -> OfficialAssembly:
    create(script("Ours", b"echo ours\n", guid=GUID), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    return foreign


def test_a_row_that_differs_is_reported_and_nothing_is_overwritten(
    library: PayloadStore, command: Actor, conflict: OfficialAssembly
) -> None:
    report = hydrate(Domain.OFFICIAL, permit=may_adopt(command), store=library)
    flush_domain(Domain.OFFICIAL)
    assert report.conflicts == [GUID]
    assert "--rebuild-replica official" in report.advice
    assert Assembly.objects.get().display_name == "Ours"
    assert OfficialAssembly.objects.get().display_name == "Foreign"
    assert DomainState.objects.get(domain="official").attempts == 1


def test_the_database_can_be_let_win(library: PayloadStore, command: Actor, conflict: OfficialAssembly) -> None:
    report = adopt_replica(Domain.OFFICIAL, permit=may_adopt(command), store=library)
    assert report.adopted == [GUID]
    assert Assembly.objects.get().display_name == "Foreign"
    assert JournalEntry.objects.count() == 2
    assert flush_domain(Domain.OFFICIAL) == 2
    assert OfficialAssembly.objects.get().display_name == "Foreign"


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_journal_can_be_let_win_and_a_copy_is_kept(
    library: PayloadStore, command: Actor, conflict: OfficialAssembly
) -> None:
    copy = rebuild_replica(Domain.OFFICIAL)
    assert flush_domain(Domain.OFFICIAL) == 1
    assert OfficialAssembly.objects.get().display_name == "Ours"
    if copy:
        assert b"Foreign" in Path(copy).read_bytes()
        Path(copy).unlink()


def test_a_row_whose_payload_is_missing_is_not_adopted(
    library: PayloadStore, command: Actor, foreign: OfficialAssembly
) -> None:
    library.delete(foreign.payload_guid)
    report = hydrate_all(permit=may_adopt(command), store=library)[0]
    assert report.without_payload == [GUID]
    assert not Assembly.objects.exists()
    assert flush()["official"] == 0


def test_a_replica_from_an_older_backup_simply_catches_up(library: PayloadStore, command: Actor) -> None:
    made = create(script("Old"), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    flush()
    older_row = OfficialAssembly.objects.values().get()
    older_mark = Watermark.objects.using("official").values().get()
    update(made.guid, {"display_name": "New"}, permit=may_update(command), store=library)
    flush()
    OfficialAssembly.objects.update(**older_row)
    Watermark.objects.using("official").update(**older_mark)
    assert not hydrate(Domain.OFFICIAL, permit=may_adopt(command), store=library).advice
    assert flush()["official"] == 1
    assert OfficialAssembly.objects.get().display_name == "New"


def test_a_default_database_from_an_older_backup_is_noticed(library: PayloadStore, command: Actor) -> None:
    """The official database then holds what the journal does not: its newer row is reported, not overwritten."""
    made = create(script("Old"), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    kept: tuple[Any, ...] = (Assembly, JournalEntry, JournalHead)
    older = {model: list(model.objects.values()) for model in kept}
    update(made.guid, {"display_name": "New"}, permit=may_update(command), store=library)
    flush()
    for model, rows in older.items():
        model.objects.all().delete()
        model.objects.bulk_create(model(**row) for row in rows)
    DomainState.objects.all().delete()
    report = hydrate(Domain.OFFICIAL, permit=may_adopt(command), store=library)
    assert report.conflicts == [made.guid]
    assert replace(report, conflicts=[]).adopted == []
    assert OfficialAssembly.objects.get().display_name == "New"


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_database_rebuilt_is_pending_until_it_is_flushed(store: PayloadStore, command: Actor) -> None:
    """What `default` says of a replica may lag behind it and never leads, or nobody would ever write it."""
    made = create(script(), domain=Domain.USER, permit=may_create(command), store=store)
    flush()
    catalogue = Catalogue(interval=timedelta(0))
    persisted_at = catalogue.current().entries[made.guid].last_persisted
    rebuild_replica(Domain.USER)
    assert [write.guid for write in pending_writes()] == [made.guid]
    assert catalogue.current().entries[made.guid].is_dirty
    Flusher(interval=timedelta(0), stopped=Event()).flush_due()
    entry = catalogue.current().entries[made.guid]
    assert not entry.is_dirty
    assert entry.last_persisted == persisted_at
    assert entry.item(False) == Catalogue(interval=timedelta(0)).current().entries[made.guid].item(False)
    assert UserCreatedAssembly.objects.count() == 1


def test_a_database_of_an_earlier_day_is_pending_again(library: PayloadStore, command: Actor) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(command), store=library)
    flush()
    earlier = Watermark.objects.using("user_created").get()
    row = UserCreatedAssembly.objects.get()
    update(made.guid, {"summary": "Later"}, permit=may_update(command), store=library)
    flush()
    UserCreatedAssembly.objects.all().delete()
    row.save(using="user_created", force_insert=True)
    earlier.save(using="user_created", force_update=True)
    hydrate_all(permit=may_adopt(command), store=library)
    assert [write.guid for write in pending_writes()] == [made.guid]
    Flusher(interval=timedelta(0), stopped=Event()).flush_due()
    assert UserCreatedAssembly.objects.get().summary == "Later"
