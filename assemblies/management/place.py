"""The place of a library on this machine: its folders, the room kept for a full disk, and who prepares it alone."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from filelock import FileLock, Timeout

from devmode.disk_reserve import find_reserve
from devmode.sqlite_files import find_sqlite_files

logger = logging.getLogger(f"borealis.engine.{__name__}")
PRIVATE = 0o700
MAX_WAIT_SECONDS = 120


def make_directories() -> None:
    """Make what live data needs; a new runtime root is its owner's alone, an old one keeps what its owner set."""
    root: Path = settings.RUNTIME_ROOT
    new = not (root / "Assemblies").exists()
    wanted = [root, root / "Assemblies", settings.LOG_DIRECTORY, settings.STATIC_ROOT]
    for directory in [*wanted, *(file.parent for file in find_sqlite_files())]:
        directory.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    if new:
        root.chmod(PRIVATE)


def keep_reserve() -> None:
    """Keep room for the day the disk is full; without it everything else works."""
    if reserve := find_reserve():
        try:
            reserve.make()
        except OSError as error:
            logger.warning("prepare: no room could be reserved: %s", error)


@contextmanager
def prepared_alone() -> Iterator[None]:
    """Keep other preparations of this runtime root waiting."""
    try:
        with FileLock(settings.RUNTIME_ROOT / "prepare.lock", timeout=MAX_WAIT_SECONDS, mode=0o600):
            yield
    except Timeout as error:
        raise CommandError(
            "Another prepare has been at work for two minutes; wait for it to end, then try again."
        ) from error
