"""The write lock of a database."""

from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import OperationalError, connections
from filelock import FileLock
from pytest_django import Settings

from devmode.models import AuditEntry
from devmode.write_lock import NestedWriteLock, WriteLockTimeout, write_lock, write_transaction
from tests.patience import HANG_SECONDS

pytestmark = [pytest.mark.database, pytest.mark.django_db(databases="__all__")]


@pytest.mark.sqlite("a database server queues its writers itself")
def test_a_writer_that_waits_too_long_gets_a_timeout(settings: Settings) -> None:
    settings.WRITE_TIMEOUT_SECONDS = 0.05
    taken, release = Event(), Event()

    def hold() -> None:
        with FileLock(f"{connections['default'].settings_dict['NAME']}.queue"):
            taken.set()
            release.wait(HANG_SECONDS)

    holder = Thread(target=hold)
    holder.start()
    try:
        assert taken.wait(HANG_SECONDS)
        with pytest.raises(WriteLockTimeout), write_transaction():
            pytest.fail("the lock was given twice")
        with write_transaction("official"):
            """The lock of another database is free."""
    finally:
        release.set()
        holder.join()
    with write_transaction():
        assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "words", ["database is locked", "canceling statement due to lock timeout", "deadlock detected"]
)
def test_a_lock_error_of_the_database_is_a_timeout_too(words: str) -> None:
    with pytest.raises(WriteLockTimeout), write_transaction():
        raise OperationalError(words)


def test_other_errors_of_the_database_are_not_hidden() -> None:
    with pytest.raises(OperationalError, match="no such table") as raised, write_transaction():
        raise OperationalError("no such table")
    assert not isinstance(raised.value, WriteLockTimeout)


@pytest.mark.parametrize("inner", ["default", "official"])
def test_a_second_lock_is_an_error_on_every_engine(inner: str) -> None:
    with write_transaction(), pytest.raises(NestedWriteLock), write_lock(inner, timeout_seconds=0):
        pytest.fail("the locks were nested")
    with write_transaction(inner):
        """An error while the lock was requested leaves it free."""


def test_a_failed_change_releases_the_lock() -> None:
    with pytest.raises(ZeroDivisionError), write_transaction():
        raise ZeroDivisionError
    with write_transaction():
        """The lock is free."""


@pytest.mark.sqlite("it is about the file of the lock")
def test_the_lock_of_a_shared_cache_database_is_next_to_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a b"
    folder.mkdir()
    uri = f"{(folder / 'engine.db').as_uri()}?cache=shared"
    monkeypatch.setitem(connections["official"].settings_dict, "NAME", uri)
    with write_lock("official", timeout_seconds=1):
        assert (folder / "engine.db.queue").exists()
