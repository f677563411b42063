"""A thread keeps its connections from request to request, but none to a file that has left its place."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from assemblies.databases import REPLICAS

SQLITE = "django.db.backends.sqlite3"


def database(path: Path, word: str) -> Path:
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE words (word TEXT)")
        made.execute("INSERT INTO words VALUES (?)", [word])
    return path


@pytest.fixture
def kept(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    """A connection with the settings of `default`, to a file of its own."""
    file = database(tmp_path / "engine.db", "first")
    facts = {"ENGINE": SQLITE, "NAME": str(file), "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    connection = ConnectionHandler({"default": facts})["default"]
    with django_db_blocker.unblock():
        yield connection
        connection.close()


def request(connection: Any) -> tuple[str, Any]:
    """Do what Django does before and in a request; returns the word that was read, and the connection it came by."""
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        [word] = cursor.execute("SELECT word FROM words").fetchone()
    return word, connection.connection


@pytest.mark.sqlite
def test_the_settings_keep_the_connections_of_all_but_replicas() -> None:
    ages = {alias: facts["CONN_MAX_AGE"] for alias, facts in settings.DATABASES.items()}
    assert {alias for alias, age in ages.items() if age is None} == {"default", "execution"}
    assert {ages[alias] for alias in REPLICAS} == {0}


def test_the_next_request_finds_the_same_connection(kept: Any) -> None:
    assert request(kept) == request(kept)


def test_a_file_that_another_one_replaced_is_not_read_again(kept: Any, tmp_path: Path) -> None:
    _word, before = request(kept)
    database(tmp_path / "restored.db", "second").replace(tmp_path / "engine.db")
    word, after = request(kept)
    assert word == "second"
    assert after is not before


def test_a_connection_with_an_error_is_opened_again(kept: Any) -> None:
    _word, before = request(kept)
    with pytest.raises(OperationalError):
        kept.cursor().execute("SELECT nothing FROM nowhere")
    assert request(kept) == ("first", kept.connection)
    assert kept.connection is not before
