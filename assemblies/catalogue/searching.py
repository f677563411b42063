"""Search by whatever people remember of an assembly: its name, summary, variables, tags, GUID, or words of its text.

Every term must stand somewhere in it; a term is a word, or several between double quotes.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Q
from django.db.models.functions import Substr

from assemblies.catalogue.snapshot import Snapshot
from assemblies.models import Assembly

MOST_TERMS = 6
LONGEST_SEARCH = 500
LINES_PER_ASSEMBLY = 3
# Where lines are shown from; the search itself goes through the whole text.
CHARACTERS_LOOKED_THROUGH = 256 * 1024
CHARACTERS_BEFORE, CHARACTERS_SHOWN = 40, 160
SHORTEST_GUID = 6
_TERM = re.compile(r'"([^"]+)"|(\S+)')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LINE_END = re.compile(r"\r\n|\n|\r")

Pieces = list[tuple[str, bool]]


@dataclass(frozen=True)
class Line:
    """A line of a text around its first match, numbered from 1, in pieces that match or do not."""

    number: int
    pieces: Pieces


@dataclass(frozen=True)
class Search:
    """What somebody typed, as terms."""

    terms: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, words: str) -> "Search":
        words = _CONTROL.sub(" ", words[:LONGEST_SEARCH])
        found = [(quoted or word).strip(' "') for quoted, word in _TERM.findall(words)]
        return cls(tuple(dict.fromkeys(term for term in found if term))[:MOST_TERMS])

    def __bool__(self) -> bool:
        return bool(self.terms)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        # Longer terms first: a shorter one may be their beginning.
        terms = sorted(self.terms, key=len, reverse=True)
        return re.compile(f"({'|'.join(map(re.escape, terms))})", re.IGNORECASE)

    def guids(self, snapshot: Snapshot) -> Collection[str]:
        """Return the GUIDs of what holds every term, at one query for each."""
        found: Collection[str] = snapshot.entries.keys()
        for term in self.terms:
            found = set(_holding(term, found, snapshot))
        return found

    def marked(self, text: str) -> Pieces:
        """Return `text` in pieces, each with whether it matches."""
        if not self:
            return [(text, False)]
        return [(piece, index % 2 == 1) for index, piece in enumerate(self.pattern.split(text)) if piece]

    def lines(self, guids: Collection[str]) -> Mapping[str, list[Line]]:
        """Return the first matching lines of the assemblies' texts."""
        if not self or not guids:
            return {}
        holds = Q()
        for term in self.terms:
            holds |= Q(search_text__icontains=term)
        texts = Assembly.objects.filter(holds, guid__in=guids).values_list(
            "guid", Substr("search_text", 1, CHARACTERS_LOOKED_THROUGH)
        )
        return {guid: list(self._lines(text)) for guid, text in texts.iterator(chunk_size=10)}

    def _lines(self, text: str) -> Iterator[Line]:
        number, start, at = 1, 0, 0
        for _line in range(LINES_PER_ASSEMBLY):
            match = self.pattern.search(text, at)
            if match is None:
                return
            for end in _LINE_END.finditer(text, at, match.start()):
                number, start = number + 1, end.end()
            ending = _LINE_END.search(text, match.end())
            at = ending.start() if ending else len(text)
            yield Line(number, self.marked(_window(text, start, match.start(), at)))


def _holding(term: str, guids: Collection[str], snapshot: Snapshot) -> Iterator[str]:
    key = term.casefold()
    by_text = set(Assembly.objects.filter(search_text__icontains=term).values_list("guid", flat=True))
    by_guid = len(key) >= SHORTEST_GUID
    for guid in guids:
        if key in snapshot.entries[guid].search_key or guid in by_text or (by_guid and guid.startswith(key)):
            yield guid


def _window(text: str, start: int, match: int, end: int) -> str:
    """Return what is shown of the line from `start` to `end`: what stands around its match."""
    first = max(start, match - CHARACTERS_BEFORE)
    last = min(end, first + CHARACTERS_SHOWN)
    return f"{'…' if first > start else ''}{text[first:last].expandtabs(4)}{'…' if last < end else ''}"
