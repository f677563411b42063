"""The connection to a SQLite database that a thread keeps from one request to the next.

Opening one costs more than most requests ask of it. Django asks `is_usable` of a kept one before a request uses it,
and for SQLite it would always say yes. Here it says no, so that another is opened, when the file of that name is
another one by now, as after a restore, or was written to: pages that were read are kept with the connection, and what
was copied over the file would not be noticed. With a write-ahead log, SQLite itself writes to the file at checkpoints
alone. It says no after an error, too: a connection that was opened while the disk could only be read would never write
again.
"""

from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from devmode.sqlite_files import sqlite_path

FileIdentity = tuple[int, int, int, int, int]


def judge_by_file(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Let the connection that was just opened be usable while its file stays as it is, and no error occurred."""
    if connection.vendor != "sqlite":
        return
    file = sqlite_path(str(connection.settings_dict["NAME"]))
    opened = _find_identity(file)

    def is_usable() -> bool:
        return not connection.errors_occurred and opened is not None and _find_identity(file) == opened

    connection.is_usable = is_usable  # type: ignore[method-assign]


def _find_identity(file: Path) -> FileIdentity | None:
    """Return what tells the file in that place from any other, and from itself after it was written to.

    None where there is none, or it cannot be looked at.
    """
    try:
        facts = file.stat()
    except OSError:
        return None
    # Nobody can put the last one back; on Windows it is when the file was made.
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns
