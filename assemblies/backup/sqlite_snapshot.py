"""SQLite files that nobody uses: a mirror's databases, a deploy's, a vendor's. They are read and never changed.

A file of the library that is in use is refused: opening it a second time and closing it again would drop the locks this
process holds on it. So is one with a `-wal` or `-journal` file next to it: what is read without that would be another
day's content, or half of a change.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from devmode.sqlite_files import is_live_database, sqlite_uri

UNFINISHED_WORK = ("-wal", "-journal")


class SnapshotUnusable(Exception):
    """The file is not a whole database that nobody uses; the message says why, without its path."""


@contextmanager
def opened_snapshot(path: Path) -> Iterator[sqlite3.Connection]:
    """Open `path` for reading. Raises SnapshotUnusable, also for what SQLite cannot read within the block."""
    if is_live_database(path):
        raise SnapshotUnusable("it is a database of this library, which is in use; make a copy with mirror_domains")
    for suffix in UNFINISHED_WORK:
        if _has_content(path.with_name(path.name + suffix)):
            raise SnapshotUnusable(
                f"there is a {suffix} file next to it: it is in use, or it was copied from under a running library"
            )
    try:
        # Immutable: not even a lock or a -shm file is made next to a file that may lie on a read-only disk.
        with closing(sqlite3.connect(sqlite_uri(path, "ro", immutable=True), uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise SnapshotUnusable(f"it cannot be read as a database of this library ({error})") from error


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
