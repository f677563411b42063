"""The files of SQLite databases.

Never `open()` the file of a live database in this process, nor copy it with Python: closing the descriptor drops every
SQLite lock that the process holds on the file, and an acknowledged commit can then be overwritten by another process.
"""

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.db import connections


def find_sqlite_file(alias: str) -> Path | None:
    """Return the file of the database `alias`, or None when its engine is not SQLite."""
    connection = connections[alias]
    return sqlite_path(str(connection.settings_dict["NAME"])) if connection.vendor == "sqlite" else None


def find_sqlite_files() -> list[Path]:
    """Return the files of all databases of this process."""
    return [file for alias in connections if (file := find_sqlite_file(alias))]


def sqlite_path(name: str) -> Path:
    """Return the file that the NAME of a database stands for, which is a path or a `file:` URI."""
    return Path(url2pathname(urlsplit(name).path)) if name.startswith("file:") else Path(name)


def sqlite_uri(path: Path, mode: str, *, immutable: bool = False) -> str:
    """Return the URI for `sqlite3.connect(..., uri=True)`; `mode` is ro or rw, so that no file is ever created.

    An immutable file is read without any lock and without making a -shm file: only for what nobody writes.
    """
    return f"{path.resolve().as_uri()}?mode={mode}{'&immutable=1' if immutable else ''}"


def is_live_database(path: Path) -> bool:
    """Say whether `path` is, or leads to, the file of one of this process's databases."""
    return path.exists() and any(file.exists() and file.samefile(path) for file in find_sqlite_files())
