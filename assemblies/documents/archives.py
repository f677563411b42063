"""Documents in a zip: bounded before and while it is read, so that no archive is larger inside than it may be.

Members' names are only compared with each other; none ever becomes a path. The sizes an archive states are not
believed.
"""

import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO

from assemblies.documents.document import Document
from assemblies.documents.tree import read_tree
from assemblies.errors import DocumentTooLarge, InvalidDocument, InvalidGuid, Refusal

MAX_MEMBERS = 1000
MAX_DIRECTORY_BYTES = 1024 * 1024
MEMORY_BYTES = 4 * 1024 * 1024
SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_END_RECORD = b"PK\x05\x06"
_END_RECORD_BYTES = 22
_LONGEST_COMMENT = 65535
_SUFFIX = ".json"
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
)  # fmt: skip
REFUSALS = (InvalidDocument, InvalidGuid, DocumentTooLarge)


@dataclass
class Allowance:
    """How many bytes may still be unpacked, by one archive or by several one after the other."""

    bytes_left: int

    def take(self, count: int) -> None:
        self.bytes_left = max(self.bytes_left - count, 0)


@dataclass(frozen=True)
class Member:
    """What one document of an archive came to: the document, or why it cannot be read."""

    name: str
    document: Document | None = None
    refusal: Refusal | None = None


def is_archive(file: IO[bytes]) -> bool:
    """Say whether a file begins as a zip does, whatever its name; it is left at its beginning."""
    file.seek(0)
    start = file.read(len(SIGNATURES[0]))
    file.seek(0)
    return start in SIGNATURES


def read_archive(file: IO[bytes], *, max_document_bytes: int, max_total_bytes: int) -> list[Document]:
    """Return every document of an archive, in the order of the members; the tree style's files are put together.

    Raises InvalidDocument, which names the member, and DocumentTooLarge.
    """
    try:
        with _opened(file) as archive:
            members = Members(archive, max_document_bytes=max_document_bytes, allowance=Allowance(max_total_bytes))
            return [_document(name, members, max_document_bytes) for name in members.document_names()]
    except UNREADABLE as error:
        raise InvalidDocument("This zip archive cannot be read.", field="file") from error


def read_members(file: IO[bytes], *, max_document_bytes: int, allowance: Allowance) -> Iterator[Member]:
    """Yield what each document of an archive comes to, so that a bad one does not hide the others.

    What a refused member unpacked counts as well. Raises InvalidDocument and DocumentTooLarge for the whole archive.
    """
    try:
        with _opened(file) as archive:
            members = Members(archive, max_document_bytes=max_document_bytes, allowance=allowance)
            for name in members.document_names():
                yield _member(name, members, max_document_bytes)
    except UNREADABLE as error:
        raise InvalidDocument("This zip archive cannot be read.", field="file") from error


def write_archive(files: Iterable[tuple[str, bytes]]) -> IO[bytes]:
    """Return an open zip of the files, at its beginning; equal files make equal archives."""
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES))
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in files:
                archive.writestr(zipfile.ZipInfo(name), content, compress_type=zipfile.ZIP_DEFLATED)
        file.seek(0)
        stack.pop_all()
    return file


def check_directory(file: IO[bytes]) -> None:
    """Refuse an archive whose list of members alone is larger than any that is needed."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(size - _END_RECORD_BYTES - _LONGEST_COMMENT, 0))
    tail = file.read()
    at = tail.rfind(_END_RECORD)
    directory_bytes = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at < 0 or directory_bytes > MAX_DIRECTORY_BYTES:
        raise InvalidDocument(f"This is no zip archive of at most {MAX_MEMBERS} members.", field="file")
    file.seek(0)


class Members(Mapping[str, bytes]):
    """The members of an archive, read as they are asked for."""

    def __init__(self, archive: zipfile.ZipFile, *, max_document_bytes: int, allowance: Allowance) -> None:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > MAX_MEMBERS:
            raise DocumentTooLarge(f"The archive has more than {MAX_MEMBERS} members.", limit=MAX_MEMBERS)
        self._infos = {info.filename: info for info in infos}
        if len(self._infos) < len(infos):
            raise InvalidDocument("Two members of the archive have the same name.", field="file")
        self._archive = archive
        self._max_document_bytes = max_document_bytes
        self._allowance = allowance

    def document_names(self) -> list[str]:
        """Return the names of the members that are documents: JSON, and not what a file system left behind.

        Raises InvalidDocument when there is none.
        """
        names = [name for name in self._infos if _is_document(name)]
        if not names:
            raise InvalidDocument("The archive holds no .json document.", field="file")
        return names

    def __getitem__(self, name: str) -> bytes:
        # Scripts are bounded by who asks for them; attachments may take what the whole archive may.
        left = self._allowance.bytes_left
        limit = min(left, self._max_document_bytes) if _is_document(name) else left
        with self._archive.open(self._infos[name]) as member:
            content = member.read(limit + 1)
        self._allowance.take(len(content))
        if len(content) > left:
            raise DocumentTooLarge(
                "This unpacks to more than may be sent at once; send it in parts.", limit_bytes=limit, member=name
            )
        if len(content) > limit:
            raise DocumentTooLarge(limit_bytes=limit, member=name)
        return content

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def __len__(self) -> int:
        return len(self._infos)


def _opened(file: IO[bytes]) -> zipfile.ZipFile:
    check_directory(file)
    return zipfile.ZipFile(file)


def _document(name: str, members: Members, max_bytes: int) -> Document:
    try:
        return read_tree(members[name], members, name[: -len(_SUFFIX)], max_bytes=max_bytes)
    except REFUSALS as refusal:
        refusal.detail["member"] = name
        raise


def _member(name: str, members: Members, max_bytes: int) -> Member:
    try:
        return Member(name, document=_document(name, members, max_bytes))
    except REFUSALS as refusal:
        return Member(name, refusal=refusal)
    except UNREADABLE:
        words = "The archive is damaged or encrypted here; make it anew without a password."
        return Member(name, refusal=InvalidDocument(words, field="file", member=name))


def _is_document(name: str) -> bool:
    return name.lower().endswith(_SUFFIX) and not _is_litter(name)


def _is_litter(name: str) -> bool:
    parts = [part for part in name.split("/") if part not in (".", "..")]
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)
