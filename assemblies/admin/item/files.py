"""The Files tab: what is attached to an assembly, and how much of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from assemblies.admin.item.marked_text import Piece, mark
from assemblies.documents.hidden_characters import find_hidden_characters
from assemblies.models import AttachmentFacts, Content


@dataclass(frozen=True)
class FileRow:
    """An attachment, and its name with what hides in it made visible."""

    facts: AttachmentFacts
    shown_name: Sequence[Piece]


@dataclass(frozen=True)
class Files:
    """The attachments in their order; `max_bytes` is what one of them may have."""

    rows: list[FileRow]
    max_bytes: int

    @property
    def total_bytes(self) -> int:
        return sum(row.facts.size_bytes for row in self.rows)


def files_of(content: Content) -> Files:
    return Files([FileRow(facts, _pieces(facts.file_name)) for facts in content.files], settings.MAX_ATTACHMENT_BYTES)


def _pieces(name: str) -> list[Piece]:
    """A name is one line: documents allow no other."""
    return mark(name, find_hidden_characters("file_name", name)).lines[0]
