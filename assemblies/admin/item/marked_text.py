"""A script to be read: in lines, with every character that hides or misleads standing out under its name.

Bounded for hostile scripts: past MAX_NUMBERED_LINES the text is one stretch without numbers or marks of letters, and
past MAX_NAMED names what hides is shown as a replacement character.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from assemblies.documents.character_table import is_hidden
from assemblies.documents.hidden_characters import LINE_END, UNSEEN, full_name

MAX_NUMBERED_LINES = 20_000
MAX_NAMED = 1000
REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Piece:
    """Text as it stands; or, with a name, one character that needs telling what it is.

    `shown` is empty for a character that cannot be seen, so that its name is shown in its stead.
    """

    shown: str
    name: str = ""
    code: str = ""
    warns: bool = False


@dataclass
class MarkedText:
    """The lines of a text, each in pieces. `is_numbered` is false where there are too many lines to number."""

    lines: list[list[Piece]] = field(default_factory=list)
    is_numbered: bool = True


def mark(text: str, findings: Sequence[dict[str, Any]]) -> MarkedText:
    """Return the text with its marks; `findings` are those of `find_hidden_characters`, for letters that mislead."""
    marker = _Marker()
    lines = LINE_END.split(text, MAX_NUMBERED_LINES)
    if len(lines) > MAX_NUMBERED_LINES:
        return MarkedText([list(marker.pieces(text, {}))], is_numbered=False)
    misleading: dict[int, dict[int, str]] = {}
    for finding in findings:
        misleading.setdefault(finding["line"], {})[finding["column"]] = finding["name"]
    return MarkedText([list(marker.pieces(line, misleading.get(number, {}))) for number, line in enumerate(lines, 1)])


class _Marker:
    """Names characters until it has named enough."""

    def __init__(self) -> None:
        self.named = 0

    def pieces(self, line: str, misleading: dict[int, str]) -> Iterator[Piece]:
        if not misleading and (line.isascii() and line.isprintable()):
            if line:
                yield Piece(line)
            return
        begin = 0
        for found in UNSEEN.finditer(line):
            if self.named == MAX_NAMED:
                break
            yield from _letters(line[begin : found.start()], begin + 1, misleading)
            yield self._unseen(found.group())
            begin = found.end()
        yield from _letters(UNSEEN.sub(REPLACEMENT, line[begin:]), begin + 1, misleading)

    def _unseen(self, character: str) -> Piece:
        self.named += 1
        return Piece("", full_name(character), f"{ord(character):X}", is_hidden(character))


def _letters(part: str, column: int, misleading: dict[int, str]) -> Iterator[Piece]:
    """Yield text that can be seen, cut where a letter of another alphabet stands among its lookalikes."""
    begin = 0
    for at in sorted(found - column for found in misleading if column <= found < column + len(part)):
        if at > begin:
            yield Piece(part[begin:at])
        yield Piece(part[at], f"U+{ord(part[at]):04X} {misleading[column + at]}", f"{ord(part[at]):X}", True)
        begin = at + 1
    if begin < len(part):
        yield Piece(part[begin:])
