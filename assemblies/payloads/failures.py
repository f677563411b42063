"""What a storage library raises, turned into the fact it stands for; its own error stays as the cause."""

import contextlib
import errno
from collections.abc import Iterator

from ..errors import LibraryError, PayloadCorrupt, PayloadMissing, StorageFull, StorageUnavailable

UNREADABLE = "The payload store cannot be read at the moment; mend the disk or the connection, then try again."

_FULL = {errno.ENOSPC, errno.EDQUOT}


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
        full = isinstance(error, OSError) and error.errno in _FULL
        raise (StorageFull if full else StorageUnavailable)() from error


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
        raise StorageUnavailable(UNREADABLE) from error
