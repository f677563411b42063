"""The files of a folder, read without following a link, the folder itself excepted: its owner named it."""

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from assemblies.bundles.collect import SUFFIX, by_stem, printable
from assemblies.errors import DocumentTooLarge, InvalidDocument, SourceUnreadable
from assemblies.payloads import DurableFileSystemStorage


class FolderFiles:
    """A folder on disk. Names that begin with a dot are passed over."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.storage = DurableFileSystemStorage(root)
        self._listed: dict[str, dict[str, list[str]]] = {}

    def document_names(self) -> list[str]:
        """Return the names of `*.json` files at any depth, and of links that may stand for documents: reading one of
        those is refused. Raises SourceUnreadable: half a folder would look as if the rest had been withdrawn.
        """
        try:
            return sorted(name for name, is_link in self._walked if is_link or name.lower().endswith(SUFFIX))
        except OSError as error:
            raise _not_whole(error) from error

    def all_names(self) -> list[str]:
        """Return the names of all files at any depth. Raises SourceUnreadable."""
        try:
            return sorted(name for name, leads_to_folder in self._walked if not leads_to_folder)
        except OSError as error:
            raise _not_whole(error) from error

    def read_start(self, name: str, count: int) -> bytes:
        try:
            return self.storage.read_start(name, count)
        except (OSError, ValueError):
            return b""

    def sibling_names(self, stem: str) -> list[str]:
        folder, slash, _name = stem.rpartition("/")
        if folder not in self._listed:
            # Most files of a tree stand next to others: one listing of a folder serves all of them.
            self._listed[folder] = by_stem(f"{folder}{slash}{name}" for name in self._names_in(folder))
        return self._listed[folder].get(stem, [])

    def read(self, name: str, *, max_bytes: int) -> bytes:
        if not _is_text(name):
            raise InvalidDocument("The file name is not printable text.", field="document")
        try:
            content = self.storage.read_start(name, max_bytes + 1)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise InvalidDocument(
                f"This is not a readable regular file: {error.strerror}.", field="document"
            ) from error
        if len(content) > max_bytes:
            raise DocumentTooLarge(limit_bytes=max_bytes)
        return content

    def _names_in(self, folder: str) -> list[str]:
        try:
            return [entry.name for entry in (self.root / folder).iterdir()]
        except OSError as error:
            raise InvalidDocument(f"Its folder cannot be listed: {error.strerror}.", field="document") from error

    @cached_property
    def _walked(self) -> list[tuple[str, bool]]:
        return list(self._walk())

    def _walk(self) -> Iterator[tuple[str, bool]]:
        """Yield each name, and whether it is a link to a folder."""
        pending = [""]
        while pending:
            folder = pending.pop()
            with os.scandir(self.root / folder) as entries:
                for entry in entries:
                    name = f"{folder}{entry.name}"
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(f"{name}/")
                    else:
                        yield name, _leads_to_folder(entry)


def _not_whole(error: OSError) -> SourceUnreadable:
    return SourceUnreadable(f"The folder cannot be read whole: {error.strerror}.")


def _is_text(name: str) -> bool:
    return printable(name) == name


def _leads_to_folder(entry: "os.DirEntry[str]") -> bool:
    return entry.is_symlink() and entry.is_dir()
