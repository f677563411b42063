"""Stop accepting changes before the disk is full: a full one would stop the flush and the log, too."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from ..errors import StorageFull
from .failures import write_failures_named

MINIMUM_FREE_FRACTION = 0.05


@dataclass(frozen=True, kw_only=True)
class DiskRoom:
    """A disk, in bytes, and how much of it must stay free for changes to be accepted."""

    total_bytes: int
    free_bytes: int
    minimum_bytes: float

    @property
    def is_low(self) -> bool:
        return self.free_bytes < self.minimum_bytes


def disk_room(location: Path, minimum_fraction: float = MINIMUM_FREE_FRACTION) -> DiskRoom:
    """Return the room on the disk at `location`. Raises StorageUnavailable when nobody can say.

    A folder that is not there yet is judged by the one it would be made in.
    """
    with write_failures_named():
        usage = shutil.disk_usage(next(path for path in (location, *location.parents) if path.exists()))
    return DiskRoom(total_bytes=usage.total, free_bytes=usage.free, minimum_bytes=usage.total * minimum_fraction)


def require_free_space(location: Path, minimum_fraction: float = MINIMUM_FREE_FRACTION) -> None:
    """Raise StorageFull when less than that fraction of the disk at `location` is free, StorageUnavailable when nobody
    can say."""
    if disk_room(location, minimum_fraction).is_low:
        raise StorageFull()
