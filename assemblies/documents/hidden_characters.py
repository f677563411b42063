"""Characters that make a script read differently from how it runs (Trojan Source, CVE-2021-42574).

Bidirectional controls, characters without width, and identifiers that mix alphabets which look alike are reported with
their place. Nothing is ever altered.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from assemblies.documents.decoding import step

MAX_FINDINGS_PER_FIELD = 100
_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_WITHOUT_WIDTH = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200d\u2028\u2029\u2060-\u2064\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e01ef"
)
HIDDEN = re.compile(f"[{_BIDIRECTIONAL}{_WITHOUT_WIDTH}]")
BIDIRECTIONAL = re.compile(f"[{_BIDIRECTIONAL}]")
# Controls and spaces that are no plain space: they hide nothing, but surprise.
ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# What changes how the text around it is drawn.
DISTORTING = re.compile(f"[{_BIDIRECTIONAL}\x00-\x08\x0b-\x1f\x7f-\x9f]")
UNSEEN = re.compile(f"({HIDDEN.pattern}|{ODD.pattern})")
_CONTROL_PICTURES = 0x2400
_WORD = re.compile(r"\w+")
LINE_END = re.compile(r"\r\n|\n|\r")
CONTROL_NAMES = {"\0": "NULL", "\b": "BACKSPACE", "\r": "CARRIAGE RETURN", "\x1b": "ESCAPE", "\x7f": "DELETE"}
LOOKALIKE_ALPHABETS = frozenset(
    {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "FULLWIDTH", "MATHEMATICAL", "GOTHIC"}
)


def find_hidden_characters(field: str, text: str) -> list[dict[str, Any]]:
    """The findings of a text in order, at most MAX_FINDINGS_PER_FIELD. A leading byte order mark is none.

    Each is `{field, line, column, character, name}`; lines and columns count from 1.
    """
    if text.isascii():
        return []
    places = sorted(islice(_hidden(text), MAX_FINDINGS_PER_FIELD) if HIDDEN.search(text) else ())
    places += islice(_mixed(text), MAX_FINDINGS_PER_FIELD)
    starts = [0, *(match.end() for match in LINE_END.finditer(text))] if places else []
    return [_finding(field, text, place, why, starts) for place, why in sorted(places)[:MAX_FINDINGS_PER_FIELD]]


def find_hidden_in(field: str, value: Any) -> Iterator[dict[str, Any]]:
    """The findings of every text inside a JSON value, each under its own path."""
    if isinstance(value, str):
        yield from find_hidden_characters(field, value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from find_hidden_in(step(field, key), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from find_hidden_in(step(field, index), item)


def visible_pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield the text in pieces that can all be seen, each with "", or with the name of what it stands for.

    Controls, a carriage return among them, are shown as their pictures, what has no width as its code. Tabs and line
    feeds stay as they are.
    """
    for index, piece in enumerate(UNSEEN.split(text)):
        if index % 2:
            yield _picture(piece), full_name(piece)
        elif piece:
            yield piece, ""


def undistorted(text: str) -> str:
    """Return a name or another short text with the picture or code of each character that would distort the line."""
    return DISTORTING.sub(lambda found: _picture(found[0]), text)


def full_name(character: str) -> str:
    """Return a character's number and name, `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    return f"U+{ord(character):04X} {CONTROL_NAMES.get(character) or unicodedata.name(character, 'CONTROL')}"


def _picture(character: str) -> str:
    code = ord(character)
    return chr(_CONTROL_PICTURES + code) if code < ord(" ") else f"U+{code:04X}"


def _hidden(text: str) -> Iterator[tuple[int, str]]:
    for match in HIDDEN.finditer(text):
        if not (match.start() == 0 and match[0] == "\ufeff"):
            yield match.start(), ""


def _mixed(text: str) -> Iterator[tuple[int, str]]:
    for match in _WORD.finditer(text):
        word = match[0]
        if word.isascii():
            continue
        alphabets = {character: alphabet_of(character) for character in set(word)}
        named = {alphabet for alphabet in alphabets.values() if alphabet}
        if len(named) > 1:
            foreign = next(at for at, character in enumerate(word) if alphabets[character] not in ("", "LATIN"))
            yield match.start() + foreign, " in an identifier of mixed alphabets"


@lru_cache(maxsize=4096)
def alphabet_of(character: str) -> str:
    if not character.isalpha():
        return ""
    first = unicodedata.name(character, "").split(" ")[0]
    return first if first in LOOKALIKE_ALPHABETS else ""


def _finding(field: str, text: str, place: int, why: str, starts: list[int]) -> dict[str, Any]:
    line = bisect_right(starts, place)
    character = text[place]
    return {
        "field": field,
        "line": line,
        "column": place - starts[line - 1] + 1,
        "character": f"U+{ord(character):04X}",
        "name": unicodedata.name(character, "UNASSIGNED") + why,
    }
