"""Trees of files held in memory, and what importers make of them."""

from dataclasses import dataclass
from typing import Any

from assemblies.bundles import Outcome, read_all
from assemblies.bundles.collect import by_stem
from assemblies.documents import Document
from assemblies.errors import DocumentTooLarge

MAX_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Tree:
    """Files by name, as a folder or an archive would give them."""

    files: dict[str, bytes]

    def all_names(self) -> list[str]:
        return list(self.files)

    def document_names(self) -> list[str]:
        return [name for name in self.files if name.endswith(".json")]

    def sibling_names(self, stem: str) -> list[str]:
        return by_stem(self.files).get(stem, [])

    def read_start(self, name: str, count: int) -> bytes:
        return self.files[name][:count]

    def read(self, name: str, *, max_bytes: int) -> bytes:
        if name not in self.files:
            raise FileNotFoundError(name)
        if len(self.files[name]) > max_bytes:
            raise DocumentTooLarge(limit_bytes=max_bytes)
        return self.files[name]


def outcomes(files: dict[str, bytes], *, source: str = "trial", tool: str = "") -> dict[str, Outcome]:
    read = read_all(Tree(files), source=source, tool=tool, max_document_bytes=MAX_BYTES, max_attachment_bytes=MAX_BYTES)
    return {one.name: one for one in read}


def documents(files: dict[str, bytes], **given: Any) -> dict[str, Document]:
    """Return the documents by the names of their outcomes; nothing may be refused."""
    found = outcomes(files, **given)
    assert not {name: one.refusal.message for name, one in found.items() if one.refusal}
    return {name: one.document for name, one in found.items() if one.document}
