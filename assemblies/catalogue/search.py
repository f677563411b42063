"""Search by whatever people remember of an assembly: its name, tags, variables, summary, GUID, or words of its text.

Every term must be contained somewhere; a term is a word, or several between double quotes. Letter case and the two
ways to write an accent (NFC, NFD) make no difference.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import NamedTuple
from unicodedata import normalize

from assemblies.catalogue.entry import SECTION_END, CatalogueEntry
from assemblies.documents.searchable import folded

MAX_TERMS = 12
MAX_SEARCH_LENGTH = 500
MIN_GUID_LENGTH = 6
CHARACTERS_BEFORE = 40
_TERM = re.compile(r'"([^"]+)"|(\S+)')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LINE_END = re.compile(r"\r\n?")

Pieces = list[tuple[str, bool]]


class Rank(IntEnum):
    """Where all terms were found, best first; what counts is the term found at the worst place."""

    EXACT = 0
    PREFIX = 1
    NAME = 2
    TAG = 3
    VARIABLE = 4
    TEXT = 5


# In the order in which an entry's search key has them; the last one is its summary.
SECTIONS = (Rank.NAME, Rank.TAG, Rank.VARIABLE, Rank.TEXT)


class Line(NamedTuple):
    """A line of a text, numbered from 1."""

    number: int
    text: str


@dataclass(frozen=True)
class Search:
    """What somebody typed, as terms, in their folded forms, and as one phrase."""

    terms: tuple[str, ...] = ()

    @classmethod
    def of(cls, words: str) -> "Search":
        return cls(tuple(terms_of(words[:MAX_SEARCH_LENGTH])[:MAX_TERMS]))

    @classmethod
    def of_text(cls, text: str) -> "Search":
        """Return a search for one text, spaces and all."""
        return cls((text,) if text else ())

    def __bool__(self) -> bool:
        return bool(self.terms)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(folded, self.terms)))

    @cached_property
    def phrase(self) -> str:
        return " ".join(self.keys)

    def rank_of_name(self, entry: CatalogueEntry) -> Rank:
        """Return the rank of an entry whose name contains every term."""
        if not entry.name_key.startswith(self.phrase):
            return Rank.NAME
        return Rank.EXACT if entry.name_key == self.phrase else Rank.PREFIX

    @cached_property
    def _folded_pattern(self) -> re.Pattern[str]:
        return _any_of(self.keys)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """What is marked in a text as it was written."""
        return _any_of({form for term in self.terms for form in (term, normalize("NFC", term), normalize("NFD", term))})

    def marked(self, text: str) -> Pieces:
        """Return `text` in pieces, each with whether it matches."""
        if not self:
            return [(text, False)]
        return [(piece, index % 2 == 1) for index, piece in enumerate(self._pattern.split(text)) if piece]

    def is_in(self, text: str) -> bool:
        """Say whether one of the terms is contained in `text`."""
        return bool(self) and self._folded_pattern.search(folded(text)) is not None

    def lines(self, text: str) -> Iterator[Line]:
        """Yield the lines of `text` that contain one of the terms, numbered from 1 as editors do."""
        text = _LINE_END.sub("\n", text)
        lines, key = text.split("\n"), folded(text)
        number, counted, at = 1, 0, 0
        while at >= 0 and (match := self._folded_pattern.search(key, at)):
            number += key.count("\n", counted, match.start())
            yield Line(number, lines[number - 1])
            counted, at = match.start(), key.find("\n", match.end())

    def part_of(self, line: str, length: int) -> str:
        """Return what is shown of a line: `length` characters around its first match."""
        match = self._pattern.search(line)
        first = max(0, match.start() - CHARACTERS_BEFORE) if match else 0
        last = min(len(line), first + length)
        return f"{'…' if first else ''}{line[first:last].expandtabs(4)}{'…' if last < len(line) else ''}"


def place_of(key: str, entry: CatalogueEntry) -> Rank | None:
    """Return the best place of a folded term outside of the text, or None."""
    at = entry.search_key.find(key)
    if at >= 0:
        return SECTIONS[entry.search_key.count(SECTION_END, 0, at)]
    return Rank.EXACT if len(key) >= MIN_GUID_LENGTH and entry.guid.startswith(key) else None


def terms_of(words: str) -> list[str]:
    """Return every term of what somebody typed, each once."""
    found = [(quoted or word).strip(' "') for quoted, word in _TERM.findall(_CONTROL.sub(" ", words))]
    return list(dict.fromkeys(term for term in found if term))


def _any_of(words: Collection[str]) -> re.Pattern[str]:
    # Longer ones first: a shorter one may be their beginning.
    return re.compile(f"({'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})", re.IGNORECASE)
