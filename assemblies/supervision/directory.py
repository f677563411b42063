"""A directory of a run's own, 0700, with the script and its files; it is removed at the end.

The supervisor holds a lock on it for as long as it lives. A directory without one was left by a supervisor that was
killed, and the next worker removes it.
"""

import os
import shutil
import stat
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from .accounts import Account
from .errors import ContentMismatch, StartFailed
from .marker import Marker
from .order import RESERVED_FILE_NAME, Content

# A directory is made a moment before it is locked.
_MIN_STALE_SECONDS = 60.0


def directory_for(marker: Marker, base: Path | None) -> Path:
    """Where a run's directory is, in `base` or in the system's temporary directory. Nobody can guess its name."""
    return Path(base or tempfile.gettempdir()).resolve() / f"{_prefix(marker.owner)}{marker.run}"


class RunDirectory:
    def __init__(self, path: Path) -> None:
        """Makes it. Raises StartFailed."""
        self.path = path
        try:
            path.mkdir(mode=0o700)
            self._lock = _locked(path)
            self.own = self.path / RESERVED_FILE_NAME
            self.temporary = self.own / "tmp"
            self.temporary.mkdir(parents=True)
        except OSError as error:
            raise StartFailed(error.strerror or "") from error

    def place(self, path: Path, data: bytes, mode: int = 0o600) -> Path:
        """A new file; never one that is there."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        return path

    def place_files(self, files: dict[str, Content]) -> None:
        """Raises ContentMismatch."""
        for name, content in files.items():
            self.place(self.path / name, verified(content, name))

    def free_name(self, name: str) -> Path:
        """A path for the script that no attached file has."""
        stem, suffix = Path(name).stem, Path(name).suffix
        taken = {path.name.casefold() for path in self.path.iterdir()}
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}{suffix}"
        return self.path / name

    def hand_over(self, account: Account) -> None:
        """Gives everything in it to the account, the directory last: until then nobody else can enter."""
        account.check_passage(self.path)
        if sys.platform != "win32":
            for path in (*self.path.rglob("*"), self.path):
                os.chown(path, account.uid, account.gid)

    def remove(self) -> str:
        """Removes it with all that the script left there. Returns why it is still there, or nothing."""
        try:
            return remove_tree(self.path)
        finally:
            if self._lock is not None:
                os.close(self._lock)


def verified(content: Content, name: str) -> bytes:
    """Raises ContentMismatch."""
    if Content.of(content.data).sha256 != content.sha256.lower():
        raise ContentMismatch(field=name)
    return content.data


def remove_stale(owner: str, base: Path | None) -> int:
    """Removes what killed supervisors of this owner left. Returns how many directories."""
    removed = 0
    for path in Path(base or tempfile.gettempdir()).glob(f"{_prefix(owner)}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime < _MIN_STALE_SECONDS or _is_in_use(path):
                continue
            removed += not remove_tree(path)
    return removed


def remove_tree(path: Path) -> str:
    """Removes a directory. Returns why it is still there, or nothing.

    What is mounted below it belongs to somebody else: then nothing is removed. Links are removed, never followed.
    """
    if _has_mounts(path):
        return "something is mounted in it"
    with suppress(OSError):
        shutil.rmtree(path)
        return ""
    try:
        # A script may have locked its own directories.
        for folder, names, _ in os.walk(path):
            for below in (Path(folder, name) for name in names):
                if not below.is_symlink():
                    below.chmod(stat.S_IRWXU)
        shutil.rmtree(path)
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _prefix(owner: str) -> str:
    return f"borealis-run-{owner}-"


def _has_mounts(path: Path) -> bool:
    try:
        mounts = Path("/proc/self/mountinfo").read_text(errors="replace").splitlines()
    except OSError:
        return False
    below = f"{path}/".replace(" ", "\\040")
    return any(line.split()[4].startswith(below) for line in mounts)


def _locked(path: Path) -> int | None:
    if sys.platform == "win32":
        return None
    import fcntl

    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _is_in_use(path: Path) -> bool:
    try:
        descriptor = _locked(path)
    except OSError:
        return True
    if descriptor is not None:
        os.close(descriptor)
    return False
