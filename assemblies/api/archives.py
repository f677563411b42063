"""Documents in a zip: bounded before and while it is read, so that no archive is larger inside than it may be.

Members' names are only compared with each other; none ever becomes a path. The sizes an archive states are not
believed.
"""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import IO

from assemblies import documents
from assemblies.documents import Document
from assemblies.errors import DocumentTooLarge, InvalidDocument, InvalidGuid

MAX_MEMBERS = 1000
MAX_DIRECTORY_BYTES = 1024 * 1024
_END_RECORD = b"PK\x05\x06"
_END_RECORD_BYTES = 22
_LONGEST_COMMENT = 65535
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


def read_archive(file: IO[bytes], *, max_document_bytes: int, max_total_bytes: int) -> list[Document]:
    """Return every document of an archive, in the order of the members; the tree style's files are put together.

    Raises InvalidDocument, which names the member, and DocumentTooLarge.
    """
    try:
        check_directory(file)
        with zipfile.ZipFile(file) as archive:
            members = Members(archive, max_document_bytes=max_document_bytes, max_total_bytes=max_total_bytes)
            read = [_document(name, members, max_document_bytes) for name in members.document_names()]
    except UNREADABLE as error:
        raise InvalidDocument("This zip archive cannot be read.", field="file") from error
    if not read:
        raise InvalidDocument("The archive holds no .json document.", field="file")
    return read


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

    def __init__(self, archive: zipfile.ZipFile, *, max_document_bytes: int, max_total_bytes: int) -> None:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > MAX_MEMBERS:
            raise DocumentTooLarge(f"The archive has more than {MAX_MEMBERS} members.", limit=MAX_MEMBERS)
        self._infos = {info.filename: info for info in infos}
        if len(self._infos) < len(infos):
            raise InvalidDocument("Two members of the archive have the same name.", field="file")
        self._archive = archive
        self._max_document_bytes = max_document_bytes
        self._bytes_left = max_total_bytes

    def document_names(self) -> list[str]:
        """Return the names of the members that are documents: JSON, and not what a file system left behind."""
        return [name for name in self._infos if name.endswith(".json") and not _is_litter(name)]

    def __getitem__(self, name: str) -> bytes:
        # Scripts are bounded by who asks for them; attachments may take what the whole archive may.
        limit = min(self._bytes_left, self._max_document_bytes) if name.endswith(".json") else self._bytes_left
        with self._archive.open(self._infos[name]) as member:
            content = member.read(limit + 1)
        if len(content) > limit:
            raise DocumentTooLarge(limit_bytes=limit, member=name)
        self._bytes_left -= len(content)
        return content

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def __len__(self) -> int:
        return len(self._infos)


def _document(name: str, members: Members, max_bytes: int) -> Document:
    try:
        return documents.read_tree(members[name], members, name.removesuffix(".json"), max_bytes=max_bytes)
    except (InvalidDocument, InvalidGuid, DocumentTooLarge) as refusal:
        refusal.detail["member"] = name
        raise


def _is_litter(name: str) -> bool:
    parts = [part for part in name.split("/") if part not in (".", "..")]
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)
