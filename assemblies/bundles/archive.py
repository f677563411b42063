"""The files of a zip archive, read in place: nothing is unpacked, so no name in it can lead anywhere."""

import lzma
import zlib
from zipfile import BadZipFile, ZipFile, ZipInfo

from assemblies.bundles.collect import SUFFIX
from assemblies.errors import DocumentTooLarge, InvalidDocument

# What the decompressors raise on damaged, encrypted or unknown members.
_DAMAGE = (BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError)


class ArchiveFiles:
    """An open zip archive. Sizes are counted while inflating: what the archive says of them is not believed."""

    def __init__(self, archive: ZipFile) -> None:
        self.archive = archive

    def document_names(self) -> list[str]:
        return sorted({info.filename for info in self.archive.infolist() if _may_be_a_document(info)})

    def read(self, name: str, *, max_bytes: int) -> bytes:
        try:
            member = self.archive.getinfo(name)
        except KeyError as error:
            raise FileNotFoundError(name) from error
        try:
            with self.archive.open(member) as file:
                content = file.read(max_bytes + 1)
        except _DAMAGE as error:
            raise InvalidDocument("The archive is damaged or encrypted here.", field="document") from error
        if len(content) > max_bytes:
            raise DocumentTooLarge(limit_bytes=max_bytes)
        return content


def _may_be_a_document(info: ZipInfo) -> bool:
    hidden = any(_is_hidden(part) for part in info.filename.split("/"))
    return not info.is_dir() and not hidden and info.filename.lower().endswith(SUFFIX)


def _is_hidden(part: str) -> bool:
    return part == "__MACOSX" or (part.startswith(".") and part not in {".", ".."})
