"""Stop accepting changes before the disk is full: a full one would stop the flush and the log, too."""

import shutil
from pathlib import Path

from ..errors import StorageFull
from .failures import write_failures_named

MINIMUM_FREE_FRACTION = 0.05


def require_free_space(location: Path, minimum_fraction: float = MINIMUM_FREE_FRACTION) -> None:
    """Raise StorageFull when less than that fraction of the disk at `location` is free, StorageUnavailable when nobody
    can say. A folder that is not there yet is judged by the one it would be made in."""
    with write_failures_named():
        usage = shutil.disk_usage(next(path for path in (location, *location.parents) if path.exists()))
    if usage.free < usage.total * minimum_fraction:
        raise StorageFull()
