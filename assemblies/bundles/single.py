"""One file or text that was sent by itself: a document, a plain script, or another tool's export of many."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from assemblies.bundles.collect import Outcome, read_taken
from assemblies.documents import Document, read_document
from assemblies.errors import DocumentTooLarge
from assemblies.importers import Place, take
from assemblies.scripts import HASHBANG, has_script_suffix, read_plain_script

# Within the length of an alias, with room for a path behind it.
MAX_SOURCE_LENGTH = 200


@dataclass(frozen=True)
class OneFile:
    """A tree of one file."""

    name: str
    content: bytes

    def all_names(self) -> list[str]:
        return [self.name]

    def read(self, name: str, *, max_bytes: int) -> bytes:
        if name != self.name:
            raise FileNotFoundError(name)
        if len(self.content) > max_bytes:
            raise DocumentTooLarge(limit_bytes=max_bytes)
        return self.content

    def read_start(self, name: str, count: int) -> bytes:
        return self.content[:count] if name == self.name else b""


def read_export(content: bytes, name: str, *, source: str = "", tool: str = "") -> Iterator[Outcome]:
    """Yield what the assemblies of another tool's file come to; nothing where it is none."""
    files = OneFile(name.rpartition("/")[2], content)
    return read_taken(take(Place(files, source, settings.MAX_DOCUMENT_BYTES), tool))


def read_one(content: bytes | str | dict[str, Any], name: str, *, source: str = "") -> Document:
    """Return the document. Raises DocumentTooLarge, InvalidDocument and its kinds, InvalidGuid."""
    max_bytes = settings.MAX_DOCUMENT_BYTES
    if not isinstance(content, bytes) or not _is_script(content, name):
        return read_document(content, max_bytes=max_bytes, name=name)
    return read_plain_script(name.rpartition("/")[2], content, source=source, max_bytes=max_bytes)


def _is_script(content: bytes, name: str) -> bool:
    """Say whether a file is a script, by its name or by its first line."""
    return has_script_suffix(name) or (content.startswith(HASHBANG) and not name.lower().endswith(".json"))
