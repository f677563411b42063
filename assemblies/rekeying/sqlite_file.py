"""Opening an SQLite file that belongs to somebody else."""

import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic

from assemblies.errors import MigrationFailed
from devmode.sqlite_files import sqlite_uri

BUSY_TIMEOUT_SECONDS = 5
MAX_WAIT_SECONDS = 10
HEADER_BYTES = 20
WRITE_VERSION_OFFSET = 18
WAL = 2


def connect(path: Path, *, writable: bool) -> sqlite3.Connection:
    """Open the file; it is never created, and never written to unless `writable`.

    Transactions are the caller's to begin. Foreign keys are enforced.
    """
    uri = sqlite_uri(path, "rw" if writable else "ro", immutable=not writable and _is_wal_at_rest(path))
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def copy_database(source: Path, target: Path) -> None:
    """Write a complete copy of a database, which others may go on using, to a new file only its owner may read.

    Raises MigrationFailed, also when a writer does not let go of it.
    """
    ends_at = monotonic() + MAX_WAIT_SECONDS

    def watch(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and monotonic() > ends_at:
            raise sqlite3.OperationalError("database is locked")

    target.touch(mode=0o600, exist_ok=False)
    try:
        with (
            closing(sqlite3.connect(sqlite_uri(source, "ro"), uri=True, timeout=BUSY_TIMEOUT_SECONDS)) as original,
            closing(sqlite3.connect(target)) as copy,
        ):
            original.backup(copy, progress=watch)
    except sqlite3.Error as error:
        target.unlink()
        raise named_failure(error) from error


def named_failure(error: sqlite3.Error) -> MigrationFailed:
    """Return an error of SQLite as one of ours."""
    if is_busy(error):
        return MigrationFailed(
            "Another program kept the database locked; nothing was changed. Stop it, then try again."
        )
    return MigrationFailed(f"The database refused and nothing was changed: {error}")


def is_busy(error: sqlite3.Error) -> bool:
    return "locked" in str(error) or "busy" in str(error)


def _is_wal_at_rest(path: Path) -> bool:
    """Even a reader makes two files next to a database in WAL mode, unless it is told that nobody writes; nobody does
    while there is no log. Reads the header before anything here has the file open, for closing it drops locks.
    """
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    in_wal_mode = len(header) == HEADER_BYTES and header[WRITE_VERSION_OFFSET] == WAL
    return in_wal_mode and not path.with_name(f"{path.name}-wal").exists()
