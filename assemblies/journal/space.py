"""Room for what a change adds to `default`, checked before the change acquires the write lock. Reading needs none."""

from django.db import DEFAULT_DB_ALIAS

from assemblies.errors import StorageFull, StorageUnavailable
from assemblies.payloads.failures import write_failures_named
from assemblies.payloads.free_space import disk_room, require_free_space
from devmode.disk_reserve import find_reserve
from devmode.sqlite_files import find_sqlite_file
from devmode.stand_in import find_copied_fault


def require_space_for_changes() -> None:
    """Raise StorageFull when the disk of `default` is nearly full, or its reserve is released and cannot be made again;
    StorageUnavailable where copies stand in for databases.

    Servers of databases watch their own disks.
    """
    if fault := find_copied_fault():
        raise StorageUnavailable(fault.advice)
    if file := find_sqlite_file(DEFAULT_DB_ALIAS):
        require_free_space(file.parent)
    if (reserve := find_reserve()) and reserve.is_released:
        with write_failures_named():
            reserve.make()
        if reserve.is_released:
            raise StorageFull()


def changes_have_room() -> bool:
    """Say whether the disk of `default` has room for changes; nothing is changed."""
    reserve = find_reserve()
    if find_copied_fault():
        return False
    return reserve is None or not (disk_room(reserve.file.parent).is_low or reserve.is_released)
