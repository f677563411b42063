"""What is checked: a script's text with its language and the variables its assembly declares."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from assemblies.documents import Document, decode_text
from assemblies.documents.payload_text import BYTE_ORDER_MARK, with_line_feeds
from assemblies.domains import AssemblyType

# As long as a script that is checked while somebody waits for the answer may be.
MAX_SHORT_CHARACTERS = 64 * 1024


@dataclass(frozen=True)
class Subject:
    """One script. `text` is as it is kept, a byte order mark and carriage returns included.

    `variables` are the names its assembly declares; with `has_files` they may be for what the script calls.
    """

    assembly_type: AssemblyType
    text: str
    variables: tuple[str, ...] = ()
    has_files: bool = False

    @classmethod
    def of(
        cls, assembly_type: AssemblyType, payload: bytes, variables: Iterable[Mapping[str, Any]], *, has_files: bool
    ) -> "Subject | None":
        """Return what there is to check; None for a graph, and for bytes that are no text."""
        text = None if assembly_type is AssemblyType.WORKFLOW else decode_text(payload)
        names = tuple(str(one["name"]) for one in variables if one.get("name"))
        return None if text is None else cls(assembly_type, text, names, has_files)

    @classmethod
    def of_document(cls, document: Document) -> "Subject | None":
        """Return what there is to check of a document."""
        return cls.of(document.assembly_type, document.payload, document.variables, has_files=bool(document.files))

    @property
    def is_short(self) -> bool:
        """Whether its checks are quick enough to be waited for."""
        return len(self.text) <= MAX_SHORT_CHARACTERS

    @cached_property
    def plain_text(self) -> str:
        """The text without a byte order mark, its lines ending in line feeds."""
        return with_line_feeds(self.text.removeprefix(BYTE_ORDER_MARK))
