"""The flusher's loop."""

from datetime import datetime, timedelta
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.journal.flusher import Flusher
from assemblies.models import JournalEntry, UserCreatedAssembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.patience import HANG_SECONDS
from tests.permits import may_create

pytestmark = pytest.mark.database


def test_h4_a_change_is_not_written_before_its_interval_is_over(library: PayloadStore, operator: Actor) -> None:
    create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    Flusher(interval=timedelta(seconds=60), stopped=Event()).flush_due()
    assert not UserCreatedAssembly.objects.exists()
    Flusher(interval=timedelta(0), stopped=Event()).flush_due()
    assert UserCreatedAssembly.objects.exists()


def test_a_clock_set_back_keeps_no_change_waiting(
    library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as clock:
        tomorrow = timezone.now() + timedelta(days=1)
        clock.setattr(timezone, "now", lambda: tomorrow)
        create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    Flusher(interval=timedelta(seconds=60), stopped=Event()).flush_due()
    assert UserCreatedAssembly.objects.exists()


def test_nothing_pending_is_nothing_due(library: PayloadStore) -> None:
    assert Flusher(interval=timedelta(0), stopped=Event()).due_times(timezone.now()) == {}


def test_a_stopped_flusher_writes_no_further_domain(library: PayloadStore, operator: Actor) -> None:
    create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    stopped = Event()
    stopped.set()
    Flusher(interval=timedelta(0), stopped=stopped).flush_due()
    assert not UserCreatedAssembly.objects.exists()


def run_in_thread(flusher: Flusher) -> Thread:
    from django.db import connections

    def work() -> None:
        try:
            flusher.run()
        finally:
            connections.close_all()

    thread = Thread(target=work)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_loop_writes_what_is_due_and_everything_at_the_end(store: PayloadStore, operator: Actor) -> None:
    stopped = Event()
    thread = run_in_thread(Flusher(interval=timedelta(seconds=1), stopped=stopped))
    try:
        create(script("Due"), domain=Domain.USER, permit=may_create(operator), store=store)
        deadline = monotonic() + HANG_SECONDS
        while not UserCreatedAssembly.objects.exists() and monotonic() < deadline:
            sleep(0.1)
        assert UserCreatedAssembly.objects.count() == 1
        create(script("At the end"), domain=Domain.USER, permit=may_create(operator), store=store)
    finally:
        stopped.set()
        thread.join()
    assert UserCreatedAssembly.objects.count() == 2


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_loop_outlives_trouble(store: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    from assemblies.errors import LibraryBusy

    flusher, stopped, calls = Flusher(interval=timedelta(0), stopped=Event()), Event(), []
    flusher.stopped = stopped

    def busy_once(_now: datetime) -> dict[Domain, object]:
        calls.append(1)
        raise LibraryBusy

    monkeypatch.setattr(flusher, "due_times", busy_once)
    create(script(), domain=Domain.USER, permit=may_create(operator), store=store)
    thread = run_in_thread(flusher)
    deadline = monotonic() + HANG_SECONDS
    while len(calls) < 2 and monotonic() < deadline:
        sleep(0.1)
    stopped.set()
    thread.join()
    assert len(calls) >= 2
    assert UserCreatedAssembly.objects.count() == 1


def test_a_clock_that_was_set_back_delays_no_write_for_longer_than_usual(
    library: PayloadStore, operator: Actor
) -> None:
    create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    JournalEntry.objects.update(recorded_at=timezone.now() + timedelta(days=3))
    flusher = Flusher(interval=timedelta(seconds=5), stopped=Event())
    assert flusher.due_times(timezone.now())[Domain.USER] <= timezone.now() + timedelta(seconds=5)
