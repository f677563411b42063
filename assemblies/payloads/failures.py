"""What a storage library raises, turned into the fact it stands for; its own error stays as the cause."""

import contextlib
from collections.abc import Iterator

from devmode.disk_faults import DiskFault, find_disk_fault

from ..errors import LibraryError, PayloadCorrupt, PayloadMissing, StorageFull, StorageUnavailable

UNREADABLE = "The payload store cannot be read at the moment; repair the disk or the connection, then try again."


class NotARegularFileError(OSError):
    """Something that is not a regular file stands in a file's place."""


@contextlib.contextmanager
def write_failures_named(kind: type[Exception] = Exception) -> Iterator[None]:
    """Failures of that kind become StorageFull or StorageUnavailable."""
    try:
        yield
    except LibraryError:
        raise
    except kind as error:
        fault = find_disk_fault(error)
        if fault is DiskFault.FULL:
            raise StorageFull() from error
        raise StorageUnavailable(fault.advice if fault else "") from error


@contextlib.contextmanager
def read_failures_named() -> Iterator[None]:
    """Failures become PayloadMissing, PayloadCorrupt or StorageUnavailable."""
    try:
        yield
    except FileNotFoundError as error:
        raise PayloadMissing() from error
    except NotARegularFileError as error:
        raise PayloadCorrupt() from error
    except Exception as error:
        fault = find_disk_fault(error)
        raise StorageUnavailable(fault.advice if fault else UNREADABLE) from error
