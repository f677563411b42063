"""The writers' queue."""

from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import OperationalError, connections
from filelock import FileLock
from pytest_django import Settings

from assemblies.errors import LibraryBusy
from assemblies.journal import turn
from assemblies.journal.turn import writing_turn
from assemblies.models import JournalHead

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def only_sqlite() -> None:
    if connections["default"].vendor != "sqlite":
        pytest.skip("the file lock is for SQLite")


def test_who_waits_too_long_is_told_that_the_library_is_busy(only_sqlite: None, settings: Settings) -> None:
    settings.WRITE_TIMEOUT_SECONDS = 0.05
    taken, release = Event(), Event()

    def hold() -> None:
        with FileLock(f"{connections['default'].settings_dict['NAME']}.queue"):
            taken.set()
            release.wait(10)

    holder = Thread(target=hold)
    holder.start()
    try:
        assert taken.wait(10)
        with pytest.raises(LibraryBusy), writing_turn():
            pytest.fail("the turn was given twice")
    finally:
        release.set()
        holder.join()
    with writing_turn():
        assert not JournalHead.objects.exists()


@pytest.mark.parametrize(
    "words", ["database is locked", "canceling statement due to lock timeout", "deadlock detected"]
)
def test_a_locked_database_is_a_busy_library(words: str) -> None:
    with pytest.raises(LibraryBusy), writing_turn():
        raise OperationalError(words)


def test_other_errors_of_the_database_are_not_hidden() -> None:
    with pytest.raises(OperationalError), writing_turn():
        raise OperationalError("no such table")


def test_the_lock_of_a_shared_cache_database_lies_beside_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "a b"
    folder.mkdir()
    uri = f"{(folder / 'engine.db').as_uri()}?cache=shared"
    with turn._queue("sqlite", uri):
        assert (folder / "engine.db.queue").exists()
