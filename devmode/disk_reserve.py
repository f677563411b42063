"""Room kept for the day the disk is full: a file next to the database that is emptied then.

Logging in, the audit and the log go on in it, so that somebody can find out what fills the disk. Changes are refused
until it is whole again. A file that was never made claims nothing.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from devmode.sqlite_files import find_sqlite_file

RESERVE_BYTES = 32 * 1024 * 1024
# With less than this left on the disk the reserve is released.
LOW_BYTES = 4 * 1024 * 1024
# A disk on which the reserve would be much has none.
WANTED_FREE_BYTES = 4 * RESERVE_BYTES
NAME = "disk.reserve"
PRIVATE_FILE = 0o600


class DiskReserve:
    """The reserve in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / NAME

    @property
    def is_released(self) -> bool:
        return self.file.exists() and self.file.stat().st_size < RESERVE_BYTES

    def make(self) -> None:
        """Reserve the room where there is plenty; done again after it was released. Raises OSError."""
        if not (self.file.exists() and not self.is_released) and self._free_bytes() >= WANTED_FREE_BYTES:
            self._fill()

    def release_if_full(self) -> None:
        """Release the room when the disk has next to nothing else left. Raises OSError."""
        if self.file.exists() and not self.is_released and self._free_bytes() < LOW_BYTES:
            os.truncate(self.file, 0)

    def _fill(self) -> None:
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
            else:
                os.write(descriptor, bytes(RESERVE_BYTES))
        finally:
            os.close(descriptor)

    def _free_bytes(self) -> int:
        return shutil.disk_usage(self.file.parent).free


def find_reserve() -> DiskReserve | None:
    """Return the reserve of `default`; servers of databases watch their own disks."""
    file = find_sqlite_file(DEFAULT_DB_ALIAS)
    return DiskReserve(file.parent) if file is not None else None


def make_room(**_signal: Any) -> None:
    """Release the reserve if the disk is full: before every request, command and transaction, for two system calls.

    Even reading needs a little: SQLite makes a file next to a database that nobody has open.
    """
    if reserve := find_reserve():
        # What cannot be looked at is reported where it is needed.
        with suppress(OSError):
            reserve.release_if_full()
