"""What the source published when it was read last, kept for telling how each official assembly stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from assemblies.models import UpstreamDocument
from assemblies.official.source import SourceContents

BATCH_ROWS = 500


@dataclass(frozen=True)
class UpstreamIndexChange:
    """What is to be written, so that the rows say what the source said."""

    to_write: list[UpstreamDocument] = field(default_factory=list)
    to_remove: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.to_write or self.to_remove)


def compare_upstream_index(contents: SourceContents) -> UpstreamIndexChange:
    """Compare `contents` with what is known. A file that cannot be read now says what it said before."""
    rows = UpstreamDocument.objects.values_list("guid", "content_hash", "path")
    known = {guid: (content_hash, path) for guid, content_hash, path in rows}
    unreadable = {skipped.path for skipped in contents.skipped}
    read = {document.guid: (document.content_hash, document.path) for document in contents.documents}
    return UpstreamIndexChange(
        [_row(guid, *facts) for guid, facts in read.items() if known.get(guid) != facts],
        [guid for guid, (_hash, path) in known.items() if guid not in read and path not in unreadable],
    )


def write_upstream_index(change: UpstreamIndexChange) -> None:
    """Write it down, within the sync's transaction."""
    for batch in _batches(change.to_remove):
        UpstreamDocument.objects.filter(guid__in=batch).delete()
    UpstreamDocument.objects.bulk_create(
        change.to_write,
        update_conflicts=True,
        unique_fields=["guid"],
        update_fields=["content_hash", "path"],
        batch_size=BATCH_ROWS,
    )


def _row(guid: str, content_hash: str, path: str) -> UpstreamDocument:
    return UpstreamDocument(guid=guid, content_hash=content_hash, path=path)


def _batches(guids: list[str]) -> Iterable[list[str]]:
    return (guids[start : start + BATCH_ROWS] for start in range(0, len(guids), BATCH_ROWS))
