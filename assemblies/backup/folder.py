"""The folder that mirrors are kept in: each is whole, in a sub-folder of its own that gets its name when it is done.

So at every instant the newest finished mirror is there, and the one before it goes only after that. Of two at once the
second is refused; what a crash left unfinished is removed by the next.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from assemblies.backup.manifest import MANIFEST, read_manifest
from assemblies.durable_files import PRIVATE_FILE, PRIVATE_FOLDER, fsync_folder, fsync_folders, make_folder
from assemblies.errors import MirrorRefused, RestoreRefused

FINISHED = "mirror-"
UNFINISHED = ".unfinished-"
LOCK = ".lock"


@dataclass(frozen=True)
class MirrorFolder:
    """The folder a person named, ours alone while it is open."""

    path: Path

    def begin(self) -> Path:
        """Make the folder of a mirror that is not finished yet."""
        building = self.path / f"{UNFINISHED}{secrets.token_hex(8)}"
        building.mkdir(PRIVATE_FOLDER)
        return building

    def finish(self, building: Path, *, now: datetime) -> Path:
        """Give a mirror its name, durably. Returns where it is now."""
        fsync_folders(building)
        finished = self.path / f"{FINISHED}{now:%Y%m%dT%H%M%S%fZ}"
        building.rename(finished)
        fsync_folder(self.path)
        return finished

    def remove_earlier(self, kept: Path) -> None:
        """Remove the other mirrors; one that is half gone is never taken for a mirror."""
        for earlier in finished_mirrors(self.path):
            if earlier != kept:
                earlier.rename(self.path / f"{UNFINISHED}{earlier.name}")
        self.remove_unfinished()

    def remove_unfinished(self) -> None:
        for leftover in self.path.glob(f"{UNFINISHED}*"):
            shutil.rmtree(leftover)


@contextmanager
def opened_folder(path: Path) -> Iterator[MirrorFolder]:
    """Open the folder for a new mirror. Raises MirrorRefused when it holds anything but mirrors, or is in use."""
    if path.exists() and not path.is_dir():
        raise MirrorRefused(f"{path} is not a folder; nothing was changed.")
    foreign = sorted(entry.name for entry in path.iterdir() if not _is_ours(entry)) if path.exists() else []
    if foreign:
        raise MirrorRefused(
            f"{path} holds something else than mirrors ({foreign[0]}): name a new or an empty folder, or one with "
            "earlier mirrors. Nothing was changed."
        )
    make_folder(path)
    try:
        with FileLock(path / LOCK, timeout=0, mode=PRIVATE_FILE):
            folder = MirrorFolder(path)
            folder.remove_unfinished()
            yield folder
    except Timeout as error:
        raise MirrorRefused(f"Another mirror is being made in {path}; wait for it to end.") from error


def newest_mirror(path: Path) -> Path:
    """Return the mirror that `path` is, or the newest in it.

    Raises RestoreRefused when there is none, or when the newest has faults and there is an earlier one without.
    """
    if (path / MANIFEST).is_file():
        return path
    mirrors = finished_mirrors(path) if path.is_dir() else []
    if not mirrors:
        raise RestoreRefused(f"There is no finished mirror in {path}; nothing was changed.")
    if faulty(mirrors[-1]) and (whole := [mirror.name for mirror in mirrors if not faulty(mirror)]):
        raise RestoreRefused(
            f"The newest mirror, {mirrors[-1].name}, has faults; the newest whole one is {whole[-1]}. "
            "Name the one that you want; nothing was changed."
        )
    return mirrors[-1]


def faulty(mirror: Path) -> bool:
    return bool(read_manifest(mirror).faults)


def finished_mirrors(path: Path) -> list[Path]:
    """Return the finished mirrors in a folder, the oldest first."""
    return sorted(entry for entry in path.glob(f"{FINISHED}*") if (entry / MANIFEST).is_file())


def _is_ours(entry: Path) -> bool:
    if entry.name == LOCK or entry.name.startswith(UNFINISHED):
        return True
    return entry.name.startswith(FINISHED) and (entry / MANIFEST).is_file()
