"""The files of a zip archive, bounded before and while they are read.

Nothing is unpacked and names of members are only compared with each other, so no name can lead anywhere. Sizes are
counted while inflating: what an archive says of them is not believed.
"""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import IO

from assemblies.bundles.collect import SUFFIX, Outcome, by_stem, read_all
from assemblies.errors import DocumentTooLarge, InvalidDocument

MAX_MEMBERS = 10_000
MAX_UNPACKED_BYTES = 512 * 1024**2
MAX_BYTES_A_DIRECTORY_ENTRY = 1048
SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_END_RECORD = b"PK\x05\x06"
_END_RECORD_BYTES = 22
_MAX_COMMENT_BYTES = 65535
# What the decompressors raise on damaged, encrypted or unknown members.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
)  # fmt: skip


@dataclass
class Allowance:
    """How much one archive, or several one after the other, may unpack; each may have `max_members` members."""

    bytes_left: int = field(default_factory=lambda: MAX_UNPACKED_BYTES)
    max_members: int = field(default_factory=lambda: MAX_MEMBERS)

    def take(self, count: int) -> None:
        self.bytes_left = max(self.bytes_left - count, 0)


class ArchiveFiles:
    """An open zip archive. What refused members unpacked counts against the allowance as well."""

    def __init__(self, archive: zipfile.ZipFile, allowance: Allowance) -> None:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > allowance.max_members:
            limit = allowance.max_members
            raise DocumentTooLarge(f"The archive has more than {limit} members.", limit=limit)
        self._infos = {info.filename: info for info in infos}
        if len(self._infos) < len(infos):
            raise InvalidDocument("Two members of the archive have the same name.", field="file")
        self._archive = archive
        self._allowance = allowance

    def document_names(self) -> list[str]:
        """Return the names of the members that are JSON, in the archive's order, without what file systems leave."""
        return [name for name in self._infos if name.lower().endswith(SUFFIX) and not _is_litter(name)]

    def all_names(self) -> list[str]:
        return [name for name in self._infos if not _is_litter(name)]

    def read_start(self, name: str, count: int) -> bytes:
        try:
            return self._inflated(name, count)
        except InvalidDocument:
            return b""

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        return by_stem(self._infos)

    def sibling_names(self, stem: str) -> list[str]:
        return self._by_stem.get(stem, [])

    def read(self, name: str, *, max_bytes: int) -> bytes:
        if name not in self._infos:
            raise FileNotFoundError(name)
        left = self._allowance.bytes_left
        limit = min(left, max_bytes)
        content = self._inflated(name, limit + 1)
        self._allowance.take(len(content))
        if len(content) > left:
            raise DocumentTooLarge(
                "This unpacks to more than may be sent at once; send it in parts.", limit_bytes=limit, member=name
            )
        if len(content) > limit:
            raise DocumentTooLarge(limit_bytes=limit, member=name)
        return content

    def _inflated(self, name: str, count: int) -> bytes:
        """Return at most `count` bytes of a member."""
        try:
            with self._archive.open(self._infos[name]) as member:
                return member.read(count)
        except _DAMAGE as error:
            words = "The archive is damaged or encrypted here; create it again without a password."
            raise InvalidDocument(words, field="file", member=name) from error


def is_archive(file: IO[bytes]) -> bool:
    """Say whether a file begins as a zip does, whatever its name; it is left at its beginning."""
    file.seek(0)
    start = file.read(len(SIGNATURES[0]))
    file.seek(0)
    return start in SIGNATURES


@contextmanager
def opened_archive(file: IO[bytes], allowance: Allowance) -> Iterator[ArchiveFiles]:
    """Open an archive. Raises InvalidDocument and DocumentTooLarge for what is wrong with the whole of it."""
    with ExitStack() as stack:
        try:
            _check_directory(file, allowance.max_members)
            archive = stack.enter_context(zipfile.ZipFile(file))
        except _DAMAGE as error:
            raise InvalidDocument("This zip archive cannot be read.", field="file") from error
        yield ArchiveFiles(archive, allowance)


def read_members(
    file: IO[bytes],
    *,
    max_document_bytes: int,
    max_attachment_bytes: int,
    allowance: Allowance,
    source: str = "",
    tool: str = "",
) -> Iterator[Outcome]:
    """Yield what each document and plain script of an archive comes to; `source` is where they come from, if
    somebody says so.

    Raises InvalidDocument, DocumentTooLarge for the whole of it.
    """
    with opened_archive(file, allowance) as files:
        read = read_all(
            files,
            source=source,
            tool=tool,
            max_document_bytes=max_document_bytes,
            max_attachment_bytes=max_attachment_bytes,
        )
        is_empty = True
        for outcome in read:
            is_empty = False
            if outcome.refusal is not None:
                outcome.refusal.detail["member"] = outcome.name
            yield outcome
        if is_empty:
            raise InvalidDocument("The archive holds no .json document and no script.", field="file")


def _check_directory(file: IO[bytes], max_members: int) -> None:
    """Refuse an archive whose list of members alone is larger than any that is needed; its sizes are read unparsed."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(size - _END_RECORD_BYTES - _MAX_COMMENT_BYTES, 0))
    tail = file.read()
    at = tail.rfind(_END_RECORD)
    if at < 0:
        raise InvalidDocument("This is not a zip archive.", field="file")
    if int.from_bytes(tail[at + 12 : at + 16], "little") > max_members * MAX_BYTES_A_DIRECTORY_ENTRY:
        raise InvalidDocument(f"This is no zip archive of at most {max_members} members.", field="file")
    file.seek(0)


def _is_litter(name: str) -> bool:
    parts = [part for part in name.split("/") if part not in (".", "..")]
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)
