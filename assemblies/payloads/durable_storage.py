"""A file system storage whose `save` is durable when it returns and whose `open` follows no link.

A file is written next to its target, fsynced, renamed, and every directory up to the location is fsynced; a reader sees
the whole file under its final name or none. An error is raised, never logged and passed over, and an fsync that failed
is never tried again on the same descriptor: the kernel may have dropped the pages and would answer "done".
Every name is walked from the location through open directories, so no link inside it can lead outside.
"""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage

from assemblies.durable_files import PRIVATE_FILE, PRIVATE_FOLDER, fsync_folder, make_folder
from assemblies.progress import in_batches

from ..errors import PayloadStoreMissing
from .failures import NotARegularFileError, write_failures_named

TEMPORARY_SUFFIX = ".tmp"
# Each takes three descriptors.
FILES_AT_ONCE = 64
FSYNCS_AT_ONCE = 8

_CLOSED_ON_EXEC = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
# O_NONBLOCK: opening a FIFO somebody put in place of a file must not wait for a writer.
_READ = os.O_RDONLY | _CLOSED_ON_EXEC | _NO_LINKS | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CLOSED_ON_EXEC | _NO_LINKS
_DIRECTORY = os.O_RDONLY | _CLOSED_ON_EXEC | getattr(os, "O_DIRECTORY", 0)
# Parts of a name that stand for something else.
NOT_PLAIN = frozenset({"", ".", ".."})
_NOT_A_FILE = {errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.EISDIR}


@dataclass(frozen=True)
class Place:
    """Where a name leads: its open directories, outermost first, and its last part.

    Without directory descriptors (Windows) there are none, and `leaf` is the whole path.
    """

    directories: list[int]
    leaf: str

    @property
    def directory(self) -> int | None:
        return self.directories[-1] if self.directories else None


@dataclass
class Draft:
    """A file on its way to its name; `name` is the one that it has until then."""

    place: Place
    descriptor: int
    name: str

    def rename(self) -> None:
        os.replace(self.name, self.place.leaf, src_dir_fd=self.place.directory, dst_dir_fd=self.place.directory)


class DurableFileSystemStorage(FileSystemStorage):
    """`makes_location`: a store whose disk is not mounted must not be created again below the mount point."""

    def __init__(self, location: str | os.PathLike[str], *, makes_location: bool = True) -> None:
        super().__init__(location, file_permissions_mode=PRIVATE_FILE, directory_permissions_mode=PRIVATE_FOLDER)
        self._makes_location = makes_location
        self._location_is_durable = False

    def delete(self, name: str) -> None:
        """Remove a file, or an empty directory. Not fsynced: what comes back after a power loss is swept again."""
        with contextlib.suppress(FileNotFoundError), self._walk(name) as place:
            if stat.S_ISDIR(_stat(place).st_mode):
                os.rmdir(place.leaf, dir_fd=place.directory)
            else:
                os.unlink(place.leaf, dir_fd=place.directory)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Directories and other entries; a link is never a directory."""
        directories: list[str] = []
        others: list[str] = []
        with os.scandir(self.path(path)) as entries:
            for entry in entries:
                (directories if entry.is_dir(follow_symlinks=False) else others).append(entry.name)
        return directories, others

    def get_modified_time(self, name: str) -> datetime:
        """Always in UTC; of a link itself, not of where it leads."""
        with self._walk(name) as place:
            return datetime.fromtimestamp(_stat(place).st_mtime, UTC)

    def replace_all(self, contents: Mapping[str, bytes]) -> None:
        """Write files whole, in place of any of their names; durable on return. Raises StorageUnavailable, StorageFull.

        Nothing is said of any of them before all are durable, so the disk is asked to write many at a time: it answers
        a dozen questions about as fast as one. A failure leaves whole files at most, which are swept later.
        """
        with write_failures_named(OSError), ThreadPoolExecutor(FSYNCS_AT_ONCE) as pool:
            self._make_location_durable()
            for batch in in_batches(contents.items(), FILES_AT_ONCE):
                self._replace_batch(batch, pool)
            # Last: it is what makes the folders of all the others durable.
            fsync_folder(Path(self.location))

    def _replace_batch(self, contents: Iterable[tuple[str, bytes]], pool: ThreadPoolExecutor) -> None:
        """Replace so many files that all may be open at once, and make durable all but their place in the location."""
        with contextlib.ExitStack() as closing:
            drafts = [closing.enter_context(self._draft(name, content)) for name, content in contents]
            # Before any rename: otherwise a power loss can leave a final name on an empty or torn file.
            _fsync_all([draft.descriptor for draft in drafts], pool)
            for draft in drafts:
                draft.rename()
            _fsync_all([folder for draft in drafts for folder in draft.place.directories[1:]], pool)

    @contextlib.contextmanager
    def _draft(self, name: str, content: bytes) -> Iterator["Draft"]:
        """Give a file that has its bytes and not yet its name; an error removes it until it has."""
        with self._walk(name, create=True) as place:
            temporary = _temporary_name(place)
            descriptor = os.open(temporary, _CREATE, PRIVATE_FILE, dir_fd=place.directory)
            try:
                _write_whole(descriptor, content)
                yield Draft(place, descriptor, temporary)
            except BaseException:
                # Never by its final name: another process may have written the same payload and said so.
                with contextlib.suppress(OSError):
                    os.unlink(temporary, dir_fd=place.directory)
                raise
            finally:
                os.close(descriptor)

    def read_start(self, name: str, count: int) -> bytes:
        """Return the first `count` bytes, fewer where there are no more; a tenth of what a file object takes."""
        descriptor = self._open_to_read(name)
        try:
            start = b""
            while len(start) < count and (chunk := os.read(descriptor, count - len(start))):
                start = start + chunk if start else chunk
            return start
        finally:
            os.close(descriptor)

    def require_location(self) -> None:
        """Raise PayloadStoreMissing when the location is gone and must not be made."""
        if not self._makes_location and not Path(self.location).is_dir():
            raise PayloadStoreMissing()

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if mode != "rb":
            raise ValueError(f"files of this storage are written whole by save(), not opened with {mode!r}")
        return File(os.fdopen(self._open_to_read(name), "rb"))

    def _open_to_read(self, name: str) -> int:
        """Return the descriptor of a regular file."""
        try:
            descriptor = self._descriptor(name)
        except OSError as error:
            if error.errno in _NOT_A_FILE:
                raise NotARegularFileError(error.errno, error.strerror) from error
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise NotARegularFileError(errno.EINVAL, "not a regular file")
        return descriptor

    def _descriptor(self, name: str) -> int:
        if os.open in os.supports_dir_fd and len(parts := self._parts(name)) == 1:
            # Right below the location there is no folder to be walked, whose opening takes longer than the file's.
            return os.open(Path(self.location, *parts), _READ)
        with self._walk(name) as place:
            return os.open(place.leaf, _READ, dir_fd=place.directory)

    def _save(self, name: str, content: Any) -> str:
        with write_failures_named(OSError):
            self._make_location_durable()
            with self._walk(name, create=True) as place:
                self._write(place, content)
        return name

    def _write(self, place: Place, content: Any) -> None:
        temporary = leftover = _temporary_name(place)
        try:
            with os.fdopen(os.open(temporary, _CREATE, PRIVATE_FILE, dir_fd=place.directory), "wb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                # Before the rename: otherwise a power loss can leave the final name on an empty or torn file.
                os.fsync(file.fileno())
            os.replace(temporary, place.leaf, src_dir_fd=place.directory, dst_dir_fd=place.directory)
            leftover = place.leaf
            for directory in reversed(place.directories):
                # The new name is an entry of its directory, and that one perhaps a new entry of the next: until each
                # is fsynced, a power loss can take the acknowledged file away.
                os.fsync(directory)
        except BaseException:
            # Even under its final name: it was not acknowledged, so it must not look as if it had been.
            with contextlib.suppress(OSError):
                os.unlink(leftover, dir_fd=place.directory)
            raise

    def _make_location_durable(self) -> None:
        """Make the location and see to it that a power loss cannot take it away again; once per storage object."""
        location = Path(self.location)
        self.require_location()
        if self._location_is_durable and location.is_dir():
            return
        make_folder(location)
        for directory in _own_ancestors(location.resolve()):
            # Not only what was made just now: a process that died may have made it without reaching its fsync.
            fsync_folder(directory)
        self._location_is_durable = True

    @contextlib.contextmanager
    def _walk(self, name: str, *, create: bool = False) -> Iterator[Place]:
        """Open each directory on the way to `name`, following no link below the location."""
        if os.open not in os.supports_dir_fd:
            yield self._walk_by_path(Path(self.path(name)), create=create)
            return
        *parents, leaf = self._parts(name)
        with contextlib.ExitStack() as closing:
            directories: list[int] = []
            for part in (self.location, *parents):
                above = directories[-1] if directories else None
                if create and above is not None:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, PRIVATE_FOLDER, dir_fd=above)
                # The location itself may be a link: its operator made it one.
                links = _NO_LINKS if directories else 0
                directories.append(os.open(part, _DIRECTORY | links, dir_fd=above))
                closing.callback(os.close, directories[-1])
            yield Place(directories, leaf)

    def _parts(self, name: str) -> Sequence[str]:
        """Return what a name consists of. Raises SuspiciousFileOperation where it leads outside of the location."""
        parts = name.split("/")
        # Most names are as plain as that, and then a path need not be made of them.
        return Path(self.path(name)).relative_to(self.location).parts if NOT_PLAIN.intersection(parts) else parts

    def _walk_by_path(self, path: Path, *, create: bool) -> Place:
        if create:
            path.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        location = Path(self.location)
        if path.resolve() != location.resolve() / path.relative_to(location):
            raise NotARegularFileError(errno.ELOOP, os.strerror(errno.ELOOP))
        return Place([], str(path))


def _temporary_name(place: Place) -> str:
    return f"{place.leaf}.{secrets.token_hex(8)}{TEMPORARY_SUFFIX}"


def _write_whole(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _fsync_all(descriptors: Iterable[int], pool: ThreadPoolExecutor) -> None:
    """Return, or raise what one of them came to, when all are done: only then may they be closed."""
    for future in wait([pool.submit(os.fsync, descriptor) for descriptor in descriptors]).done:
        future.result()


def _stat(place: Place) -> os.stat_result:
    return os.stat(place.leaf, dir_fd=place.directory, follow_symlinks=False)


def _own_ancestors(directory: Path) -> Iterator[Path]:
    """The directory and those above it on the same file system where this user could have made an entry."""
    for path in (directory, *directory.parents):
        if os.access(path, os.W_OK):
            yield path
        if os.path.ismount(path):
            return
