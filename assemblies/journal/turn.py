"""The writers' queue of `default`.

SQLite lets a waiting writer starve while others come and go; a file lock in front, asked for at short even intervals,
gives everyone the same chance. It is taken right before BEGIN and never held during payload work. Other databases
queue writers by themselves, on the journal's head row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from filelock import FileLock, Timeout

from assemblies.errors import LibraryBusy

POLL_SECONDS = 0.001
POSTGRES_LOCK_ERRORS = ("lock timeout", "deadlock detected")


@contextmanager
def writing_turn() -> Iterator[None]:
    """Wait for one's turn, then open the one transaction of a change. Raises LibraryBusy when it takes too long."""
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        with _queue(connection.vendor, str(connection.settings_dict["NAME"])), transaction.atomic(durable=True):
            yield
    except Timeout as error:
        raise LibraryBusy() from error
    except OperationalError as error:
        if _is_lock_error(error):
            raise LibraryBusy() from error
        raise


@contextmanager
def _queue(vendor: str, name: str) -> Iterator[None]:
    if vendor != "sqlite":
        yield
        return
    with FileLock(
        f"{sqlite_path(name)}.queue", timeout=settings.WRITE_TIMEOUT_SECONDS, poll_interval=POLL_SECONDS, mode=0o600
    ):
        yield


def sqlite_path(name: str) -> Path:
    """Return the file that a database's name, a path or a URI, stands for."""
    return Path(unquote(urlsplit(name).path) if name.startswith("file:") else name)


def _is_lock_error(error: OperationalError) -> bool:
    words = str(error)
    return "locked" in words or any(phrase in words for phrase in POSTGRES_LOCK_ERRORS)
