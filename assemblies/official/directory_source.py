"""A folder of JSON documents as the official source.

Its `Assemblies` folder is read when it has one. The version is a digest of the paths and contents, so that the same
folder has the same version on every machine.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assemblies.bundles import FolderFiles
from assemblies.errors import SourceUnreadable
from assemblies.official.reading import Limits, read_published
from assemblies.official.signed_files import vouched_for
from assemblies.official.signing_keys import SigningKey
from assemblies.official.source import FindKnown, Published, SourceContents, notes_on_loose_scripts, nothing_known
from assemblies.progress import Track, untracked

CATALOGUE_FOLDER = "Assemblies"
VERSION_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class DirectorySource:
    """`place` is what a person wrote; sizes are in bytes. With `keys`, one of them must have signed its manifest."""

    place: str
    max_document_bytes: int
    max_attachment_bytes: int
    keys: tuple[SigningKey, ...] = ()

    def read(self, track: Track = untracked, find_known: FindKnown = nothing_known) -> SourceContents:
        """Read every document of the folder.

        Raises SourceUnreadable when it is missing or cannot be listed whole, SyncRefused when it is not as signed.
        """
        folder = FolderFiles(self._top())
        limits = Limits(self.max_document_bytes, self.max_attachment_bytes)
        with vouched_for(folder, self.keys) as files:
            documents, skipped = read_published(files, limits, find_known, track)
        notes = notes_on_loose_scripts(folder.all_names())
        return SourceContents(_version(documents), documents, skipped, limits.reader, notes=notes)

    def follows(self, version: str, earlier: str) -> None:
        """A folder has no history."""

    def _top(self) -> Path:
        folder = Path(self.place)
        if not folder.is_dir():
            message = f"The official source {self.place} is not a folder, a git repository or a .db file"
            raise SourceUnreadable(f"{message}; the catalogue is unchanged.")
        catalogue = folder / CATALOGUE_FOLDER
        return catalogue if catalogue.is_dir() and not catalogue.is_symlink() else folder


def _version(documents: Iterable[Published]) -> str:
    digest = hashlib.sha256()
    for document in documents:
        digest.update(f"{document.path}\0{document.content_hash}\n".encode())
    return f"dir:{digest.hexdigest()[:VERSION_DIGITS]}"
