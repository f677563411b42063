"""What the source published when it was read last, kept for telling how each official assembly stands, and from which
files it was read, so that the same files need not be read again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from assemblies.models import UpstreamDocument
from assemblies.official.official_rows import OfficialRow
from assemblies.official.source import Published, SourceContents
from assemblies.progress import in_batches

BATCH_ROWS = 500


class UpstreamRecord(NamedTuple):
    """The columns of an UpstreamDocument."""

    guid: str
    content_hash: str
    path: str
    read_from: str
    reader: str

    def stands(self, row: OfficialRow | None) -> bool:
        """Say whether `row` says what was published."""
        return row is not None and (row.is_live, row.content_hash, row.source_path) == (
            True, self.content_hash, self.path
        )  # fmt: skip


UpstreamIndex = Mapping[str, UpstreamRecord]


def read_upstream_index() -> UpstreamIndex:
    """Return the records by GUID."""
    rows = UpstreamDocument.objects.values_list(*UpstreamRecord._fields)
    return {row[0]: UpstreamRecord._make(row) for row in rows.iterator(chunk_size=2000)}


def known_documents(index: UpstreamIndex, rows: Mapping[str, OfficialRow], reader: str) -> dict[str, Published]:
    """Return what `reader` noted of those documents that stand in `rows` as they were published, by path."""
    return {
        record.path: Published(
            path=record.path, guid=record.guid, content_hash=record.content_hash, read_from=record.read_from
        )
        for record in index.values()
        if record.reader == reader and record.read_from and record.stands(rows.get(record.guid))
    }


@dataclass(frozen=True)
class UpstreamIndexChange:
    """What is to be written, so that the rows say what the source said; `to_note` are those that say the same, read
    from other files or by another reader.
    """

    to_write: list[UpstreamDocument] = field(default_factory=list)
    to_remove: list[str] = field(default_factory=list)
    to_note: list[UpstreamDocument] = field(default_factory=list)

    @property
    def is_news(self) -> bool:
        return bool(self.to_write or self.to_remove)


def compare_upstream_index(contents: SourceContents, index: UpstreamIndex) -> UpstreamIndexChange:
    """Compare `contents` with what is known. A file that cannot be read now says what it said before."""
    unreadable = {skipped.path for skipped in contents.skipped}
    read = {document.guid: _record(document, contents.reader) for document in contents.documents}
    other = [record for guid, record in read.items() if index.get(guid) != record]
    return UpstreamIndexChange(
        [_row(record) for record in other if not _says_the_same(record, index.get(record.guid))],
        [guid for guid, record in index.items() if guid not in read and record.path not in unreadable],
        [_row(record) for record in other if _says_the_same(record, index.get(record.guid))],
    )


def write_upstream_index(change: UpstreamIndexChange) -> None:
    """Write it down, within the transaction of the sync."""
    for batch in in_batches(change.to_remove, BATCH_ROWS):
        UpstreamDocument.objects.filter(guid__in=batch).delete()
    UpstreamDocument.objects.bulk_create(
        [*change.to_write, *change.to_note],
        update_conflicts=True,
        unique_fields=["guid"],
        update_fields=["content_hash", "path", "read_from", "reader"],
        batch_size=BATCH_ROWS,
    )


def _record(document: Published, reader: str) -> UpstreamRecord:
    reader = reader if document.read_from else ""
    return UpstreamRecord(document.guid, document.content_hash, document.path, document.read_from, reader)


def _says_the_same(record: UpstreamRecord, earlier: UpstreamRecord | None) -> bool:
    return earlier is not None and (record.content_hash, record.path) == (earlier.content_hash, earlier.path)


def _row(record: UpstreamRecord) -> UpstreamDocument:
    return UpstreamDocument(**record._asdict())
