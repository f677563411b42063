"""Export assemblies as documents. Reading only: every payload is verified on the way out."""

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from assemblies import documents
from assemblies.bundles.archive import MAX_MEMBERS, MAX_UNPACKED_BYTES
from assemblies.bundles.written import write_files, write_whole
from assemblies.documents import EnvelopeFacts, ScriptEncoding, Style
from assemblies.errors import DocumentTooLarge, Failure
from assemblies.models import Assembly, Content
from assemblies.payloads import PayloadStore
from assemblies.revisions.document import document_of

MAX_BYTES_IN_MEMORY = 4 * 1024 * 1024
TOO_LARGE = _(
    "This is more than an archive that can be imported again may hold (10,000 files, 512 MB). The command "
    "export_assemblies DIR writes it into a folder, which import_assemblies reads at any size."
)


@dataclass(frozen=True)
class Unreadable:
    """An assembly whose payload cannot be read, and why in words."""

    guid: str
    display_name: str
    reason: str


@dataclass(frozen=True)
class Packed:
    """An archive of `count` assemblies, open at its beginning, and those that are missing in it."""

    file: IO[bytes]
    count: int
    unreadable: list[Unreadable]


def export_document(
    row: Assembly,
    *,
    style: Style,
    store: PayloadStore,
    with_payload_guid: bool,
    script_encoding: ScriptEncoding = "base64",
) -> dict[str, object]:
    """Return one assembly as a document. Raises PayloadMissing, PayloadCorrupt, DocumentTooLarge.

    `with_payload_guid` puts the payload's GUID, which administrators alone may see, into an envelope.
    """
    content = row.read_content()
    document = document_of(row.guid, content, store)
    envelope = _envelope(row.domain, content, with_payload_guid=with_payload_guid)
    return write_whole(document, style, envelope=envelope, script_encoding=script_encoding)


def _envelope(domain: str, content: Content, *, with_payload_guid: bool) -> EnvelopeFacts:
    return EnvelopeFacts(
        domain=domain,
        payload_guid=content.payload_guid if with_payload_guid else None,
        content_hash=content.content_hash,
        created_at=content.created_at,
        updated_at=content.updated_at,
    )


def export_files(
    rows: Iterable[Assembly], *, style: str, store: PayloadStore, script_encoding: ScriptEncoding = "base64"
) -> Iterator[tuple[str, bytes]]:
    """Yield (relative file name, bytes) for each file of an export; `style` is one of ArchiveStyle.

    Raises PayloadMissing, PayloadCorrupt.
    """
    taken: set[str] = set()
    for row in rows:
        yield from with_free_stem(_files_of(row, style, store, script_encoding), taken)


def pack(rows: Iterable[Assembly], *, style: str, store: PayloadStore) -> Packed:
    """Write an archive of all assemblies that can be read whole, and name the others."""
    taken: set[str] = set()
    unreadable: list[Unreadable] = []
    count = 0

    def readable_files() -> Iterator[tuple[str, bytes]]:
        nonlocal count
        for row in rows:
            try:
                files = _files_of(row, style, store)
            except Failure as failure:
                unreadable.append(Unreadable(row.guid, row.display_name, failure.message))
                continue
            count += 1
            yield from with_free_stem(files, taken)

    file = write_archive(readable_files())
    return Packed(file, count, unreadable)


def check_count(rows: QuerySet[Assembly]) -> None:
    """Raise DocumentTooLarge before anything is read, when the rows alone are more than an archive may have members."""
    if rows.count() > MAX_MEMBERS:
        raise _too_large()


def write_archive(files: Iterable[tuple[str, bytes]]) -> IO[bytes]:
    """Return an open zip of the files, at its beginning; equal files make equal archives.

    Raises DocumentTooLarge for more than every door reads.
    """
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=MAX_BYTES_IN_MEMORY))
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in _bounded(files):
                archive.writestr(zipfile.ZipInfo(name), content, compress_type=zipfile.ZIP_DEFLATED)
        file.seek(0)
        stack.pop_all()
    return file


def _bounded(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    bytes_left = MAX_UNPACKED_BYTES
    for number, (name, content) in enumerate(files, start=1):
        bytes_left -= len(content)
        if number > MAX_MEMBERS or bytes_left < 0:
            raise _too_large()
        yield name, content


def _too_large() -> DocumentTooLarge:
    return DocumentTooLarge(gettext(TOO_LARGE), limit=MAX_MEMBERS, limit_bytes=MAX_UNPACKED_BYTES)


def with_free_stem(files: list[tuple[str, bytes]], taken: set[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of one assembly under a stem no other one has: names and the first digits of a GUID may agree."""
    stem = files[0][0].removesuffix(".json")
    free, number = stem, 1
    while free in taken:
        number += 1
        free = f"{stem}-{number}"
    taken.add(free)
    for name, content in files:
        yield f"{free}{name.removeprefix(stem)}", content


def _files_of(
    row: Assembly, style: str, store: PayloadStore, script_encoding: ScriptEncoding = "base64"
) -> list[tuple[str, bytes]]:
    content = row.read_content()
    document = document_of(row.guid, content, store)
    stem = f"{row.domain}/{row.kind}/{documents.safe_stem(document)}"
    envelope = _envelope(row.domain, content, with_payload_guid=False)
    return write_files(document, style, stem, envelope=envelope, script_encoding=script_encoding)
