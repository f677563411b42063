"""A kept connection reads what is in the place of its file now: however another file came there, and as `serve` opens
it, with a write-ahead log."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread, current_thread, main_thread
from typing import Any

import pytest
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from borealis_assemblies.databases import database_settings
from borealis_assemblies.env import Environment
from tests.devmode.test_kept_connection import database, request

Opened = Callable[..., Any]


@pytest.fixture
def opened(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Opened]:
    """Open `default` as the settings do; the environment is given without its prefix."""
    connections: list[Any] = []

    def open_default(**environment: str) -> Any:
        values = {f"BOREALIS_{name}": value for name, value in environment.items()}
        values["BOREALIS_DATABASE_PATH"] = str(tmp_path / "engine.db")
        facts = database_settings(Environment(values), runtime_root=tmp_path, root=tmp_path)
        connection = ConnectionHandler({"default": facts["default"]})["default"]
        # No thread may close what another one opened.
        if current_thread() is main_thread():
            connections.append(connection)
        return connection

    with django_db_blocker.unblock():
        yield open_default
        for connection in connections:
            connection.close()


def put_back_by_renaming(copy: Path, place: Path) -> None:
    for part in ("-wal", "-shm"):
        place.with_name(f"{place.name}{part}").unlink(missing_ok=True)
    copy.replace(place)


@pytest.mark.parametrize("put_back", [put_back_by_renaming, shutil.copyfile, shutil.copy2], ids=["mv", "cp", "cp -p"])
def test_a_copy_that_was_put_back_is_what_is_read(opened: Opened, tmp_path: Path, put_back: Any) -> None:
    place, copy = database(tmp_path / "engine.db", "first"), database(tmp_path / "copy.db", "second")
    connection = opened()
    assert request(connection)[0] == "first"
    put_back(copy, place)
    assert request(connection)[0] == "second"


def test_what_is_written_after_an_exchange_stays(opened: Opened, tmp_path: Path) -> None:
    """The connection to the file before must not take the new one's write-ahead log with it when it is closed."""
    place = database(tmp_path / "engine.db", "first")
    early, late = opened(), opened()
    for connection in (early, late):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO words VALUES ('more')")
    put_back_by_renaming(database(tmp_path / "copy.db", "second"), place)
    early.close_if_unusable_or_obsolete()
    with early.cursor() as cursor:
        cursor.execute("UPDATE words SET word = 'acknowledged'")
    assert request(late)[0] == request(early)[0] == "acknowledged"
    early.close()
    late.close()
    with closing(sqlite3.connect(place)) as again:
        assert again.execute("SELECT word FROM words").fetchall() == [("acknowledged",)]


@pytest.mark.parametrize("environment", [{}, {"SQLITE_SHARED_CACHE": "true"}], ids=["own cache", "shared cache"])
def test_all_threads_read_the_file_that_came(opened: Opened, tmp_path: Path, environment: dict[str, str]) -> None:
    place = database(tmp_path / "engine.db", "first")
    before, between, after = Barrier(3), Barrier(3), Barrier(3)
    words: list[str] = []

    def serve() -> None:
        connection = opened(**environment)
        request(connection)
        # Django ends each request so.
        connection.close_if_unusable_or_obsolete()
        before.wait(10)
        between.wait(10)
        words.append(request(connection)[0])
        after.wait(10)
        connection.close()

    threads = [Thread(target=serve) for _number in range(2)]
    for thread in threads:
        thread.start()
    before.wait(10)
    put_back_by_renaming(database(tmp_path / "copy.db", "second"), place)
    between.wait(10)
    after.wait(10)
    for thread in threads:
        thread.join(10)
    assert words == ["second", "second"]
