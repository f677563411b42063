"""SQLite files that nobody uses: a mirror's databases, a deploy's, a vendor's. They are read and never changed.

A file of the library that is in use is refused: opening it a second time and closing it again would drop the locks this
process holds on it. So is one with a `-wal` or `-journal` file beside it: what is read without that would be another
day's content, or half of a change.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.db import connections

UNFINISHED_WORK = ("-wal", "-journal")


class NotSealed(Exception):
    """The file is not a whole database that nobody uses; the message says why, without its path."""


@contextmanager
def sealed_database(path: Path) -> Iterator[sqlite3.Connection]:
    """Open `path` for reading. Raises NotSealed, also for what SQLite cannot read within the block."""
    if is_live(path):
        raise NotSealed("it is a database of this library, which is in use; make a copy with mirror_domains")
    for suffix in UNFINISHED_WORK:
        if _has_content(path.with_name(path.name + suffix)):
            raise NotSealed(
                f"there is a {suffix} file beside it: it is in use, or it was copied from under a running library"
            )
    try:
        # Immutable: not even a lock or a -shm file is made beside a file that may lie on a read-only disk.
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise NotSealed(f"it cannot be read as a database of this library ({error})") from error


def is_live(path: Path) -> bool:
    """Say whether `path` is one of the library's own database files."""
    own = (find_database_file(alias) for alias in connections)
    return any(file is not None and file.exists() and path.exists() and file.samefile(path) for file in own)


def find_database_file(alias: str) -> Path | None:
    """Return the SQLite file of an alias, or None when another engine holds it."""
    connection = connections[alias]
    if connection.vendor != "sqlite":
        return None
    name = str(connection.settings_dict["NAME"])
    return Path(url2pathname(urlsplit(name).path)) if name.startswith("file:") else Path(name)


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
