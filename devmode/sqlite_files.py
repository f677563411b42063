"""The files of SQLite databases.

Never `open()` the file of a live database in this process, nor copy it with Python: closing the descriptor drops every
SQLite lock that the process holds on the file, and an acknowledged commit can then be overwritten by another process.
"""

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.db import connections


def sqlite_path(name: str) -> Path:
    """Return the file that the NAME of a database stands for, which is a path or a `file:` URI."""
    return Path(url2pathname(urlsplit(name).path) if name.startswith("file:") else name)


def find_sqlite_file(alias: str) -> Path | None:
    """Return the file of the database `alias`, or None when its engine is not SQLite."""
    connection = connections[alias]
    return sqlite_path(str(connection.settings_dict["NAME"])) if connection.vendor == "sqlite" else None
