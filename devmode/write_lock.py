"""The write lock of a database, and the one transaction of a change.

SQLite lets a waiting writer starve while others come and go; a file lock in front, tried at short even intervals,
gives each writer the same chance. PostgreSQL orders writers by the rows that they lock.

Rules:
- The lock is acquired right before BEGIN and released right after COMMIT. Nothing slow happens while it is held:
  payloads are durable and texts are read before.
- Each alias has a lock of its own. A thread holds one at a time: two threads that nest the locks of two aliases the
  other way round would wait for each other. Nesting is an error on every engine, so that tests on any engine show it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, transaction
from filelock import FileLock, Timeout

from devmode.disk_reserve import make_room
from devmode.sqlite_files import find_sqlite_file

POLL_SECONDS = 0.001
PRIVATE_FILE = 0o600
POSTGRES_LOCK_ERRORS = ("lock timeout", "deadlock detected")
_held: ContextVar[str | None] = ContextVar("held write lock", default=None)


class WriteLockTimeout(OperationalError):
    """Other writers kept the database locked for too long."""


class NestedWriteLock(RuntimeError):
    """A write lock was requested by code that holds one already."""


@contextmanager
def write_transaction(alias: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Acquire the write lock of `alias`, then open one durable transaction.

    Raises WriteLockTimeout, NestedWriteLock.
    """
    make_room()
    try:
        with write_lock(alias, timeout_seconds=settings.WRITE_TIMEOUT_SECONDS), transaction.atomic(alias, durable=True):
            yield
    except WriteLockTimeout:
        raise
    except OperationalError as error:
        if _is_lock_error(error):
            raise WriteLockTimeout(str(WriteLockTimeout.__doc__)) from error
        raise


@contextmanager
def write_lock(alias: str, *, timeout_seconds: float) -> Iterator[None]:
    """Hold the write lock of `alias` without a transaction. Raises WriteLockTimeout, NestedWriteLock."""
    if held := _held.get():
        raise NestedWriteLock(f"The write lock of {alias} was requested while that of {held} is held.")
    with ExitStack() as held_here:
        if file := find_sqlite_file(alias):
            try:
                held_here.enter_context(_queue_of(file).acquire(timeout_seconds))
            except Timeout as error:
                raise WriteLockTimeout(str(WriteLockTimeout.__doc__)) from error
        held_here.callback(_held.reset, _held.set(alias))
        yield


@cache
def _queue_of(file: Path) -> FileLock:
    """Return the lock in front of a database: each thread that acquires it opens the file for itself."""
    return FileLock(f"{file}.queue", poll_interval=POLL_SECONDS, mode=PRIVATE_FILE)


def _is_lock_error(error: OperationalError) -> bool:
    words = str(error)
    return "locked" in words or any(phrase in words for phrase in POSTGRES_LOCK_ERRORS)
