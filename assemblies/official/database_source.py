"""A domain database file, with its `Payloads` folder next to it, as the official source.

The version is a digest of the documents, so that the same catalogue has the same version whatever file holds it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assemblies.bundles import Skipped
from assemblies.bundles.collect import printable
from assemblies.domains import Domain
from assemblies.official.directory_source import CATALOGUE_FOLDER, VERSION_DIGITS
from assemblies.official.domain_file import SUFFIX, DomainFile, StoredRow
from assemblies.official.source import FindKnown, Published, SourceContents, SourceDocument, nothing_known
from assemblies.progress import Track, untracked

OFFICIAL_FILE = f"{Domain.OFFICIAL.alias}{SUFFIX}"


@dataclass(frozen=True, kw_only=True)
class DatabaseSource:
    """`place` is what a person wrote; `file` the database it stands for."""

    place: str
    file: DomainFile

    def read(self, track: Track = untracked, find_known: FindKnown = nothing_known) -> SourceContents:
        """Read every row; nothing is known of rows.

        Raises SourceUnreadable when the file is missing, in use, or no domain database, SyncRefused when it is not as
        signed.
        """
        rows = list(self.file.read(track))
        documents: list[Published] = [_published(row) for row in rows if isinstance(row, StoredRow)]
        skipped = [row for row in rows if isinstance(row, Skipped)]
        return SourceContents(_version(documents), documents, skipped)

    def follows(self, version: str, earlier: str) -> None:
        """A database file has no history that could be trusted."""


def find_database(place: str) -> Path | None:
    """Return the database file that `place` names, or that a folder without documents holds; None for any other."""
    path = Path(place)
    if path.suffix.lower() == SUFFIX and not path.is_dir():
        return path
    top = path / CATALOGUE_FOLDER if (path / CATALOGUE_FOLDER).is_dir() else path
    database = top / OFFICIAL_FILE
    holds_documents = path.is_dir() and any(top.rglob("*.json"))
    return database if database.is_file() and not holds_documents else None


def _published(row: StoredRow) -> SourceDocument:
    """Keep the path that the row was published under, so that changing the kind of source moves nothing."""
    path = printable(str(row.document.metadata.get("source_path") or row.guid))
    return SourceDocument.of(path, row.guid, row.document)


def _version(documents: Iterable[Published]) -> str:
    digest = hashlib.sha256()
    for document in documents:
        digest.update(f"{document.guid}\0{document.content_hash}\n".encode())
    return f"db:{digest.hexdigest()[:VERSION_DIGITS]}"
