"""Databases of a PostgreSQL server that a test has for itself."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest

SERVER = os.environ.get("BOREALIS_TEST_DATABASE_URL", "")
on_postgresql = [
    pytest.mark.engine,
    pytest.mark.postgresql,
    pytest.mark.skipif(not SERVER.startswith("postgres"), reason="BOREALIS_TEST_DATABASE_URL names no PostgreSQL"),
]


@contextmanager
def databases_made(aliases: Sequence[str]) -> Iterator[dict[str, str]]:
    """Make one database for each alias and drop it afterwards; yields their URLs."""
    import psycopg

    mark = uuid4().hex[:8]
    names = {alias: f"borealis_{mark}_{alias}" for alias in aliases}
    with closing(psycopg.connect(SERVER, autocommit=True)) as connection:
        for name in names.values():
            connection.execute(f"CREATE DATABASE {name}")
        try:
            yield {alias: urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}")) for alias, name in names.items()}
        finally:
            for name in names.values():
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
