"""Find out, before a library is replaced, what it holds and that nobody is using it.

SQLite itself answers the second: a database leaves WAL mode only for its last connection, and a server or a flusher
keeps one open. Asking folds the `-wal` file in, so that the file alone is the whole database from then on.
The caller has closed its own connections: these are the process's only ones.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from assemblies.backup.manifest import HEAD_QUERY, LibraryHead
from assemblies.errors import RestoreRefused
from devmode.sqlite_files import sqlite_uri

HEADER = b"SQLite format 3\0"
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@dataclass(frozen=True)
class LibraryInPlace:
    """What is in the place of a library. `head` is None when that cannot be read, or when there is no journal."""

    is_empty: bool
    head: LibraryHead | None


def library_in_place(databases: Mapping[str, Path]) -> LibraryInPlace:
    """Return what the database files hold. Raises RestoreRefused when another process uses one of them."""
    contents = {alias: unused_file(alias, path) for alias, path in databases.items()}
    default = contents["default"]
    return LibraryInPlace(
        is_empty=not any(held for held in contents.values()),
        head=default if isinstance(default, LibraryHead) else None,
    )


def unused_file(alias: str, path: Path) -> LibraryHead | bool:
    """Return the library's head, or whether there is anything in the file. Raises RestoreRefused when it is in use."""
    if not path.exists() or not path.stat().st_size:
        return False
    if not _has_header(path):
        # SQLite would remove the -wal file next to what it does not take for a database; it may be worth keeping.
        return True
    try:
        with closing(sqlite3.connect(sqlite_uri(path, "rw"), uri=True, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            return _read_head(connection) if alias == "default" else True
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) in BUSY or "locked" in str(error):
            raise RestoreRefused(
                f"The {alias} database is in use: end serve, flush_worker and whatever else works with the library, "
                "then try again. Nothing was changed."
            ) from error
        # A damaged database is a reason to restore, not one to refuse it; it is kept as whatever it is.
        return True


def _has_header(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def _read_head(connection: sqlite3.Connection) -> LibraryHead | bool:
    row = connection.execute(HEAD_QUERY).fetchone()
    return True if row is None else LibraryHead.of_row(row)
