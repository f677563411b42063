"""The tree that an importer looks at, and what it makes of a part of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from assemblies.documents import Document, max_json_bytes, parse_json
from assemblies.errors import Refusal

# Words that tell a tool's file stand in its first entry.
WORDS = (b'"shell"', b'"bundleVersion"', b'"playbook"', b"sequence:", b"<component")
SEEN_BYTES = 32 * 1024
MAX_DEPTH = 64


class Tree(Protocol):
    """Files by names relative to their top, with `/` between the parts."""

    def all_names(self) -> list[str]:
        """Return the names of all files, each once, in a fixed order."""

    def read(self, name: str, *, max_bytes: int) -> bytes:
        """Return the bytes of a file. Raises FileNotFoundError, DocumentTooLarge, InvalidDocument."""

    def read_start(self, name: str, count: int) -> bytes:
        """Return at most `count` bytes a file begins with; none where it cannot be read."""


@dataclass(frozen=True)
class Taken:
    """One assembly of another tool: the name it is told by, how it is read, and the files that nobody else reads.

    `read` raises a Refusal for what cannot be an assembly here.
    """

    name: str
    read: Callable[[], Document]
    names: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Place:
    """A tree, what it is called where somebody said so, and how large a script may be."""

    files: Tree
    source: str
    max_bytes: int
    _known_words: dict[str, frozenset[bytes]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def names(self) -> dict[str, None]:
        """All names, in order."""
        return dict.fromkeys(self.files.all_names())

    def find(self, suffixes: tuple[str, ...], *words: bytes) -> Iterator[str]:
        """Yield the files of these endings whose beginnings contain all of `words`, which are among WORDS."""
        wanted = set(words)
        return (name for name in self.names if name.lower().endswith(suffixes) and wanted <= self._words_in(name))

    def _words_in(self, name: str) -> frozenset[bytes]:
        """Return which of WORDS a file begins with; each is looked into once, for all importers."""
        if name not in self._known_words:
            start = self.files.read_start(name, SEEN_BYTES)
            self._known_words[name] = frozenset(word for word in WORDS if word in start)
        return self._known_words[name]

    def read(self, name: str) -> bytes:
        """Return the bytes of a script. Raises DocumentTooLarge, InvalidDocument."""
        return self.files.read(name, max_bytes=self.max_bytes)

    def text_of(self, name: str) -> bytes:
        """Return a file that lists many; empty where it cannot be read, for then it is nobody's export."""
        try:
            return self.files.read(name, max_bytes=max_json_bytes(self.max_bytes))
        except (Refusal, FileNotFoundError):
            return b""

    def value_of(self, name: str) -> Any:
        """Return what a JSON file says; None where it is no JSON."""
        text = self.text_of(name)
        try:
            return parse_json(text, max_bytes=len(text), max_depth=MAX_DEPTH) if text else None
        except Refusal:
            return None

    def next_to(self, name: str, other: str) -> str | None:
        """Return the file that `other` names from the folder of `name`; None where the tree has none of it."""
        folder, slash, _base = name.rpartition("/")
        wanted = f"{folder}{slash}{other.replace(chr(92), '/').removeprefix('./')}"
        return wanted if wanted in self.names else None
