"""What keeps a disk from being used, told from damage: a full disk is emptied, it is not restored from a backup.

SQLite names little more than the file that it could not open or write; the rest is found out in its folder. The file
itself is never opened here: closing it again would drop SQLite's locks on it.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack
from enum import Enum
from pathlib import Path

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# Less than what SQLite needs next to a database to read it.
NOTHING_LEFT_BYTES = 65536
FILES_OF_A_DATABASE = 4
# How a copy of a database refuses a change, before the name of the fault (`devmode.stand_in`).
REFUSED_FOR = "refused for a fault of the disk: "


class DiskFault(Enum):
    """A fault of the disk; nothing that was acknowledged is lost by any of them."""

    FULL = "full"
    READ_ONLY = "read_only"
    NO_ACCESS = "no_access"
    TOO_MANY_FILES = "too_many_files"
    FAILING = "failing"

    @property
    def advice(self) -> str:
        """What is to be done, in the reader's language."""
        return gettext(ADVICE[self])


ADVICE = {
    DiskFault.FULL: _(
        "The disk is full, and nothing is damaged: free space on it. Until then the library can only be read."
    ),
    DiskFault.READ_ONLY: _(
        "The disk can only be read, and nothing is damaged: find out why, then mount it for writing again."
    ),
    DiskFault.NO_ACCESS: _(
        "The files belong to another account, and nothing is damaged: give them to the one that runs this."
    ),
    DiskFault.TOO_MANY_FILES: _(
        "Too many files are open, and nothing is damaged: raise the limit (ulimit -n, LimitNOFILE=)."
    ),
    DiskFault.FAILING: _(
        "The disk reports errors: mirror the library to another one and move there, before anything is written."
    ),
}
ERRNOS = {
    errno.ENOSPC: DiskFault.FULL,
    errno.EDQUOT: DiskFault.FULL,
    errno.EROFS: DiskFault.READ_ONLY,
    errno.EACCES: DiskFault.NO_ACCESS,
    errno.EPERM: DiskFault.NO_ACCESS,
    errno.EMFILE: DiskFault.TOO_MANY_FILES,
    errno.ENFILE: DiskFault.TOO_MANY_FILES,
    errno.EIO: DiskFault.FAILING,
}
# SQLite's words for a file that it cannot open, read or write, whatever the reason.
UNUSABLE = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_PERM")


def find_disk_fault(error: BaseException, database: Path | None = None) -> DiskFault | None:
    """Return the fault behind `error`, None when there is none: it may be damage. `database` is its file."""
    for cause in _causes(error):
        if isinstance(cause, OSError):
            return ERRNOS.get(cause.errno or 0)
        name = str(getattr(cause, "sqlite_errorname", ""))
        if str(cause).startswith(REFUSED_FOR):
            return DiskFault(str(cause).removeprefix(REFUSED_FOR))
        if name == "SQLITE_FULL":
            return DiskFault.FULL
        if name.startswith(UNUSABLE):
            return find_fault_at(database) or (DiskFault.FAILING if name.startswith("SQLITE_IOERR") else None)
    return None


def refusal_words(fault: DiskFault) -> str:
    """Return what a trigger says that refuses a change for a fault of the disk."""
    return f"{REFUSED_FOR}{fault.value}"


def find_fault_at(database: Path | None) -> DiskFault | None:
    """Return what keeps the file of a database from being opened and written, None when nothing does."""
    if fault := _find_fault_of_process():
        return fault
    if database is None or not hasattr(os, "statvfs"):
        return None
    folder = next(path for path in database.parents if path.exists())
    facts = os.statvfs(folder)
    if facts.f_flag & os.ST_RDONLY:
        return DiskFault.READ_ONLY
    if facts.f_bavail * facts.f_frsize < NOTHING_LEFT_BYTES:
        return DiskFault.FULL
    may = _may_write(folder) and (not database.exists() or _may_write(database))
    return None if may else DiskFault.NO_ACCESS


def _find_fault_of_process() -> DiskFault | None:
    """Say whether as many files as SQLite opens for a database cannot be opened at once."""
    with ExitStack() as opened:
        try:
            for _file in range(FILES_OF_A_DATABASE):
                opened.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        except OSError as error:
            return ERRNOS.get(error.errno or 0)
    return None


def _may_write(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__
