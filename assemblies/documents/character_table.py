"""The characters that an editor must make visible, as data: the same rules as `hidden_characters`, for a browser.

In addition to what hides, the table holds what is merely odd in a script: controls and spaces that are no plain space.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Any

from assemblies.documents.hidden_characters import HIDDEN, LOOKALIKE_ALPHABETS, UNSEEN, alphabet_of, full_name

_BASIC_PLANE = range(0x10000)
_TAGS = (0xE0000, 0xE01EF, "TAG OR VARIATION SELECTOR")
# All alphabets that look alike live in the first two planes.
_PLANES_OF_ALPHABETS = range(0x20000)

Span = tuple[int, int]


def is_hidden(character: str) -> bool:
    """Whether it makes a text read differently from how it runs; else it is merely odd."""
    return HIDDEN.match(character) is not None


@lru_cache(maxsize=1)
def character_table() -> dict[str, Any]:
    """Return `characters`, rows of `[first, last, name, is hidden]`, and `alphabets`, the spans of each alphabet."""
    unseen = [chr(point) for point in _BASIC_PLANE if UNSEEN.match(chr(point))]
    rows = [(ord(one), ord(one), full_name(one).partition(" ")[2], is_hidden(one)) for one in unseen]
    return {"characters": [*rows, (*_TAGS, True)], "alphabets": _alphabets()}


def _alphabets() -> dict[str, list[Span]]:
    points: dict[str, list[int]] = {alphabet: [] for alphabet in sorted(LOOKALIKE_ALPHABETS)}
    for point in _PLANES_OF_ALPHABETS:
        # Past its cache, which is for the words of scripts.
        alphabet: str = alphabet_of.__wrapped__(chr(point))
        if alphabet:
            points[alphabet].append(point)
    return {alphabet: list(_spans(found)) for alphabet, found in points.items()}


def _spans(points: Iterable[int]) -> Iterator[Span]:
    """Yield the runs of consecutive numbers. What stays equal within a run is the distance to the place in it."""
    for _distance, run in groupby(enumerate(points), key=lambda pair: pair[1] - pair[0]):
        numbers = [point for _place, point in run]
        yield numbers[0], numbers[-1]
