"""Which words of a line changed. Pure, and bounded: of a very long line only what its ends share is found."""

import re
from collections import Counter
from itertools import pairwise

from assemblies.diffing.common_stretches import Stretch, common_stretches

MAX_LINE_LENGTH = 2000
END = 250
MAX_CELLS = 2_000_000
# Of two lines that share less than this, marks would only hide that the one took the other's place.
MIN_LIKENESS = 0.15
_WORD = re.compile(r"\w+|[^\w\S]+|[^\w\s]")

Piece = tuple[str, bool]


def marked_pieces(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Return both lines in pieces, each with whether it is there on that side only; none of lines that are unlike."""
    if max(len(before), len(after)) > MAX_LINE_LENGTH:
        return plainly_marked_pieces(before, after)
    old, new = _WORD.findall(before), _WORD.findall(after)
    if likeness(words_of(before), words_of(after)) < MIN_LIKENESS:
        return [(before, False)], [(after, False)]
    left: list[Piece] = []
    right: list[Piece] = []
    at = other = 0
    for stretch in [*common_stretches(old, new, max_cells=MAX_CELLS), Stretch(len(old), len(new), 0)]:
        shared = "".join(old[stretch.old : stretch.old + stretch.length])
        left += [("".join(old[at : stretch.old]), True), (shared, False)]
        right += [("".join(new[other : stretch.new]), True), (shared, False)]
        at, other = stretch.old + stretch.length, stretch.new + stretch.length
    return _joined(left), _joined(right)


def plainly_marked_pieces(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Return both lines with all marked that is between their equal ends: for lines of any length, at once."""
    most = min(len(before), len(after))
    head = _shared(before, after, most)
    tail = _shared(before[head:][::-1], after[head:][::-1], most - head)
    return _between_ends(before, head, tail), _between_ends(after, head, tail)


def words_of(line: str) -> Counter[str]:
    """Return the words of a line; of a long one those at its ends."""
    ends = line if len(line) <= 2 * END else line[:END] + line[-END:]
    return Counter(word for word in _WORD.findall(ends) if not word.isspace())


def likeness(old: Counter[str], new: Counter[str]) -> float:
    """Return how much two lines share, from 0 to 1, whatever the order of their words."""
    weight = sum(len(word) * count for word, count in (old | new).items())
    return sum(len(word) * count for word, count in (old & new).items()) / weight if weight else 1.0


def _between_ends(line: str, head: int, tail: int) -> list[Piece]:
    return _joined([(line[:head], False), (line[head : len(line) - tail], True), (line[len(line) - tail :], False)])


def _shared(one: str, other: str, most: int) -> int:
    """Return how many characters are equal from the start, by halving: slices compare at the speed of memory."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces without empty ones; a space between two changed words counts as changed."""
    full = [piece for piece in pieces if piece[0]]
    for index, ((_one, first), (text, marked), (_other, last)) in enumerate(
        zip(full, full[1:], full[2:], strict=False)
    ):
        if first and last and not marked and text.isspace():
            full[index + 1] = (text, True)
    joined = full[:1]
    for (_text, before), (text, marked) in pairwise(full):
        if before == marked:
            joined[-1] = (joined[-1][0] + text, marked)
        else:
            joined.append((text, marked))
    return joined
