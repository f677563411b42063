"""A moment after its start a server process has what its first readers would wait for."""

import gc
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from assemblies.actions.create import create
from assemblies.catalogue import library_catalogue
from assemblies.domains import Domain
from assemblies.management.server import warming
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.patience import HANG_SECONDS
from tests.permits import may_create


@pytest.fixture(autouse=True)
def own_catalogue(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(warming, "SECONDS_BEFORE", 0.01)
    library_catalogue.cache_clear()
    yield
    library_catalogue.cache_clear()
    gc.unfreeze()


def warm_up(stopped: Event) -> None:
    thread = Thread(target=warming.warm_up, args=(stopped,))
    thread.start()
    thread.join(HANG_SECONDS)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_the_catalogue_is_loaded_and_kept_out_of_collections(store: PayloadStore, operator: Actor) -> None:
    receipt = create(script(), domain=Domain.USER, permit=may_create(operator), store=store)
    before = gc.get_freeze_count()
    warm_up(Event())
    assert list(library_catalogue().newest.entries) == [receipt.guid]
    assert gc.get_freeze_count() > before


def test_a_server_that_ends_loads_nothing() -> None:
    stopped = Event()
    stopped.set()
    warm_up(stopped)
    assert not library_catalogue().newest.entries
