"""Sweeping payloads: what no revision names goes, and never anything that may be needed."""

import os
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from django.utils import timezone

from assemblies.actions.attach import attach
from assemblies.actions.change import Receipt
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.sweep import NamedPayloads, sweep_payloads
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.errors import JournalBroken, ReplicaMismatch
from assemblies.journal.flush import flush
from assemblies.management.companions.background import sweep, sweep_hourly
from assemblies.models import JournalEntry, JournalHead, Watermark
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.patience import HANG_SECONDS
from tests.permits import may_attach, may_create, may_delete, may_update


@pytest.fixture
def made(library: PayloadStore, operator: Actor) -> Receipt:
    """A library of ten days ago: a script, an earlier script, an attachment, and one that was deleted."""
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    gone = create(script("Gone", b"echo gone\n"), domain=Domain.USER, permit=may_create(operator), store=library)
    delete(gone.guid, permit=may_delete(operator))
    update(made.guid, {}, payload=b"echo later\n", permit=may_update(operator), store=library)
    attach(
        made.guid,
        "a.txt",
        [b"attached"],
        mime_type="text/plain",
        max_bytes=99,
        permit=may_attach(operator),
        store=library,
    )
    flush()
    JournalEntry.objects.update(recorded_at=timezone.now() - timedelta(days=10))
    return made


def leave(store: PayloadStore, *, days: float) -> str:
    guid = store.put(b"left behind").guid
    age(store, guid, days=days)
    return guid


def age(store: PayloadStore, guid: str, *, days: float) -> None:
    at = (timezone.now() - timedelta(days=days)).timestamp()
    os.utime(Path(store.storage.location) / guid / "payload", (at, at))  # type: ignore[attr-defined]


def test_what_any_revision_names_stays_and_what_a_crashed_write_left_goes(library: PayloadStore, made: Receipt) -> None:
    named = set(library.guids())
    assert len(named) == 4
    for guid in named:
        age(library, guid, days=9)
    left, young = leave(library, days=2), leave(library, days=0.9)
    assert sweep_payloads(library, now=timezone.now()) == [left]
    assert set(library.guids()) == named | {young}


def test_what_was_there_before_the_journal_began_stays(library: PayloadStore, made: Receipt) -> None:
    """A new journal in place of a lost one names nothing of the lost one's history."""
    earlier = leave(library, days=11)
    assert sweep_payloads(library, now=timezone.now()) == []
    assert earlier in set(library.guids())


def test_a_library_without_a_journal_is_left_alone(library: PayloadStore) -> None:
    leave(library, days=2)
    assert sweep_payloads(library, now=timezone.now()) == []


def test_nothing_goes_while_a_domain_database_is_another_journals(library: PayloadStore, made: Receipt) -> None:
    left = leave(library, days=2)
    Watermark.objects.using("user_created").update(journal_id="another")
    with pytest.raises(ReplicaMismatch, match="user"):
        sweep_payloads(library, now=timezone.now())
    assert left in set(library.guids())


def test_nothing_goes_while_an_entry_cannot_be_read(library: PayloadStore, made: Receipt) -> None:
    left = leave(library, days=2)
    JournalEntry.objects.filter(sequence=2).update(content="{}")
    with pytest.raises(JournalBroken):
        sweep_payloads(library, now=timezone.now())
    assert left in set(library.guids())


def test_an_entry_appended_between_two_answers_is_seen(library: PayloadStore, made: Receipt, operator: Actor) -> None:
    named = NamedPayloads()
    assert made.content is not None
    assert named.among([made.content.payload_guid, "another"]) == {made.content.payload_guid}
    later = create(script("Later", b"later"), domain=Domain.USER, permit=may_create(operator), store=library)
    assert later.content is not None
    assert named.among([later.content.payload_guid]) == {later.content.payload_guid}


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_sweeper_outlives_trouble(store: PayloadStore, operator: Actor) -> None:
    create(script(), domain=Domain.USER, permit=may_create(operator), store=store)
    flush()
    JournalEntry.objects.update(recorded_at=timezone.now() - timedelta(days=10))
    left = leave(store, days=2)
    Watermark.objects.using("user_created").update(journal_id="another")
    stopped = Event()
    thread = Thread(target=sweep_hourly, args=(stopped,), kwargs={"every_seconds": 0.01})
    sweep()
    assert left in set(store.guids())
    Watermark.objects.using("user_created").update(journal_id=JournalHead.objects.get().journal_id)
    thread.start()
    deadline = monotonic() + HANG_SECONDS
    while left in set(store.guids()) and monotonic() < deadline:
        sleep(0.05)
    stopped.set()
    thread.join(HANG_SECONDS)
    assert not thread.is_alive()
    assert len(list(store.guids())) == 1
