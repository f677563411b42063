"""A domain database file with its `Payloads` folder next to it, as a deploy or a vendor ships it: read, never changed.

Every row passes the one strict decoder and every payload is verified, as if the row had come as a document.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from assemblies.backup.sqlite_snapshot import SnapshotUnusable, opened_snapshot
from assemblies.bundles import FolderFiles, Skipped
from assemblies.bundles.collect import printable, reason_of
from assemblies.documents import Document, Style, normalise_guid, read_document, write_document
from assemblies.errors import (
    AttachmentTooLarge,
    DocumentTooLarge,
    Failure,
    InvalidDocument,
    Refusal,
    SourceUnreadable,
)
from assemblies.models import Content
from assemblies.models.content import parse_time
from assemblies.official.signed_files import vouched_for
from assemblies.official.signing_keys import SigningKey
from assemblies.payloads import DurableFileSystemStorage, PayloadStore
from assemblies.progress import Track, untracked
from assemblies.revisions.document import document_of

PAYLOADS = "Payloads"
SUFFIX = ".db"
ROWS_QUERY = "SELECT guid, content FROM assemblies_domainassembly ORDER BY guid"
MAX_NAME_LENGTH = 150
MAX_SIGNED_BYTES = 512 * 1024**2
# Base64 and the escapes of JSON make a document at most this much larger than what it holds.
ENLARGEMENT = 6


@dataclass(frozen=True)
class StoredRow:
    """A row that holds: `content` as it was stored, `document` as the decoder reads it."""

    guid: str
    content: Content
    document: Document


@dataclass(frozen=True, kw_only=True)
class DomainFile:
    """`path` is the database; sizes are in bytes. With `keys`, one of them must have signed the manifest next to it."""

    path: Path
    max_document_bytes: int
    max_attachment_bytes: int
    keys: tuple[SigningKey, ...] = ()

    def read(self, track: Track = untracked) -> Iterator[StoredRow | Skipped]:
        """Yield each row, or why it is skipped.

        Raises SourceUnreadable when the file is not a whole domain database, SyncRefused when it is not as signed.
        """
        store = PayloadStore(DurableFileSystemStorage(self.path.parent / PAYLOADS))
        seen: set[str] = set()
        rows = self._signed_rows() if self.keys else _rows(self.path, self.path)
        for guid, content in track(rows, "Reading documents", len(rows)):
            try:
                row = self._row(guid, content, store)
                _check_new(row.guid, seen)
            except Refusal as refusal:
                yield Skipped(printable(str(guid)), reason_of(refusal))
            except Failure as failure:
                yield Skipped(printable(str(guid)), failure.message)
            else:
                yield row

    def _signed_rows(self) -> list[tuple[object, object]]:
        """Read the very bytes that were compared with the signed manifest; they in turn name each payload's hash."""
        with vouched_for(FolderFiles(self.path.parent), self.keys) as files:
            try:
                content = files.read(self.path.name, max_bytes=MAX_SIGNED_BYTES)
            except FileNotFoundError as error:
                raise _missing(self.path) from error
        with TemporaryDirectory() as folder:
            copy = Path(folder) / self.path.name
            copy.write_bytes(content)
            return _rows(copy, self.path)

    def _row(self, guid: object, text: object, store: PayloadStore) -> StoredRow:
        try:
            content = Content.from_json(str(text))
            self._check_sizes(content)
            _check_names(content)
            stored = document_of(normalise_guid(guid), content, store)
            written = write_document(stored, Style.ENVELOPE, envelope=None)
            document = read_document(written, max_bytes=self._largest(content))
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            raise InvalidDocument("The row is of another version, or was changed by hand.", field="content") from error
        return StoredRow(document.guid or normalise_guid(guid), content, document)

    def _check_sizes(self, content: Content) -> None:
        if content.payload_size_bytes > self.max_document_bytes:
            raise DocumentTooLarge(limit_bytes=self.max_document_bytes)
        if any(file.size_bytes > self.max_attachment_bytes for file in content.files):
            raise AttachmentTooLarge(max_bytes=self.max_attachment_bytes)

    def _largest(self, content: Content) -> int:
        return ENLARGEMENT * (self.max_document_bytes + sum(file.size_bytes for file in content.files))


def _rows(path: Path, shown: Path) -> list[tuple[object, object]]:
    if not path.is_file():
        raise _missing(shown)
    try:
        with opened_snapshot(path) as connection:
            return connection.execute(ROWS_QUERY).fetchall()
    except SnapshotUnusable as error:
        raise SourceUnreadable(f"{shown} cannot be used: {error}. The catalogue is unchanged.") from error


def _missing(path: Path) -> SourceUnreadable:
    return SourceUnreadable(f"There is no database {path}; the catalogue is unchanged.")


def _check_names(content: Content) -> None:
    """Raise ValueError unless times and names are what their columns take."""
    for time in (content.created_at, content.updated_at):
        if parse_time(time).tzinfo is None:
            raise ValueError(time)
    for name in (content.created_by, content.updated_by):
        if not isinstance(name, str) or len(name) > MAX_NAME_LENGTH:
            raise ValueError(name)
    origin = content.cloned_from
    if origin is not None and not (normalise_guid(origin.assembly_guid) and isinstance(origin.revision, int)):
        raise ValueError(origin)


def _check_new(guid: str, seen: set[str]) -> None:
    if guid in seen:
        raise InvalidDocument("Another row has the same GUID.", field="assembly_guid")
    seen.add(guid)
