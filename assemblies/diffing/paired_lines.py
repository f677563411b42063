"""Which new line took the place of which old one, between two stretches that are equal. Pure and bounded."""

from collections.abc import Iterator
from itertools import zip_longest

from assemblies.diffing.word_marks import likeness, words_of

# Beyond this many comparisons of two lines, lines are paired by their order alone.
MAX_PAIRS = 100
MIN_LIKENESS = 0.3

Pair = tuple[int | None, int | None]


def paired(old: list[str], new: list[str]) -> Iterator[Pair]:
    """Yield the places of lines that stand side by side, in order; None where a side has no line.

    Lines that are much alike are paired first; between them, one takes the place of the other as they come.
    """
    at = other = 0
    for one, two in [*_alike(old, new), (len(old), len(new))]:
        yield from zip_longest(range(at, one), range(other, two))
        if one < len(old):
            yield one, two
        at, other = one + 1, two + 1


def _alike(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Return the pairs, in order on both sides, that together are most alike."""
    if not 0 < len(old) * len(new) <= MAX_PAIRS:
        return []
    words = [words_of(line) for line in new]
    scores = [[likeness(words_of(one), other) for other in words] for one in old]
    best = [[0.0] * (len(new) + 1) for _line in range(len(old) + 1)]
    for at in reversed(range(len(old))):
        for other in reversed(range(len(new))):
            together = best[at + 1][other + 1] + scores[at][other] if scores[at][other] >= MIN_LIKENESS else 0.0
            best[at][other] = max(best[at + 1][other], best[at][other + 1], together)
    return list(_traced(best, len(old), len(new)))


def _traced(best: list[list[float]], height: int, width: int) -> Iterator[tuple[int, int]]:
    at = other = 0
    while at < height and other < width:
        here = best[at][other]
        if here == best[at + 1][other]:
            at += 1
        elif here == best[at][other + 1]:
            other += 1
        else:
            yield at, other
            at, other = at + 1, other + 1
