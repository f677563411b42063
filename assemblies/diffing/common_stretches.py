"""Which stretches two sequences share, in order: of lines, or of the words in a line.

Values that are there once on either side hold the rest in place; between them the longest common subsequence is found
exactly, as far as a fixed number of cells goes. What is beyond that counts as different, so the time is bounded
whatever the input.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

# A bit each: eight megabytes, and a tenth of a second.
MAX_CELLS = 64_000_000
DEEPEST = 6
# Where hardly any line keeps its place, the few that happen to say nothing.
LINES_PER_ANCHOR = 1000

Place = tuple[int, int]


@dataclass(frozen=True)
class Stretch:
    """`length` values that are equal from `old` in the one and from `new` in the other."""

    old: int
    new: int
    length: int


@dataclass(frozen=True)
class _Part:
    old: int
    old_end: int
    new: int
    new_end: int
    depth: int = 0

    @property
    def cells(self) -> int:
        return (self.old_end - self.old) * (self.new_end - self.new)


def split_lines(text: str) -> list[str]:
    """Return the lines of a text, each with its line feed; nothing else ends a line."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def common_stretches(old: Sequence[Hashable], new: Sequence[Hashable], *, max_cells: int = MAX_CELLS) -> list[Stretch]:
    """Return what both have in common, in order; never two stretches that touch on both sides."""
    numbers: dict[Hashable, int] = {}
    ones = [numbers.setdefault(value, len(numbers)) for value in old]
    others = [numbers.setdefault(value, len(numbers)) for value in new]
    return list(_joined(sorted(_Search(ones, others, max_cells).places())))


class _Search:
    """The search in two lists of numbers; `cells_left` is what it may still spend on exactness."""

    def __init__(self, old: list[int], new: list[int], cells: int) -> None:
        self.old, self.new, self.cells_left = old, new, cells

    def places(self) -> Iterator[Place]:
        pending = [_Part(0, len(self.old), 0, len(self.new))]
        while pending:
            part = pending.pop()
            inner = self._trimmed(part)
            yield from zip(range(part.old, inner.old), range(part.new, inner.new), strict=True)
            yield from zip(range(inner.old_end, part.old_end), range(inner.new_end, part.new_end), strict=True)
            # Two single values that are left differ, or they would have been trimmed.
            if inner.cells <= 1:
                continue
            anchors = self._anchors(inner) if inner.depth < DEEPEST else []
            if anchors:
                pending += _between(inner, anchors)
                yield from anchors
            elif inner.cells <= self.cells_left:
                self.cells_left -= inner.cells
                yield from self._exact(inner)

    def _trimmed(self, part: _Part) -> _Part:
        """Return the part without what is equal at its ends."""
        old, new, most = self.old, self.new, min(part.old_end - part.old, part.new_end - part.new)
        head = next((at for at in range(most) if old[part.old + at] != new[part.new + at]), most)
        most -= head
        ends = range(1, most + 1)
        tail = next((at - 1 for at in ends if old[part.old_end - at] != new[part.new_end - at]), most)
        return _Part(part.old + head, part.old_end - tail, part.new + head, part.new_end - tail, part.depth)

    def _anchors(self, part: _Part) -> list[Place]:
        """Return the places of values that are there once on either side, as many as are in the same order."""
        old, new = range(part.old, part.old_end), range(part.new, part.new_end)
        counts = Counter(self.old[part.old : part.old_end]), Counter(self.new[part.new : part.new_end])
        place = {self.new[at]: at for at in new}
        unique = [at for at in old if counts[0][self.old[at]] == counts[1][self.old[at]] == 1]
        anchors = _rising([(at, place[self.old[at]]) for at in unique])
        return anchors if len(anchors) * LINES_PER_ANCHOR >= min(len(old), len(new)) else []

    def _exact(self, part: _Part) -> Iterator[Place]:
        old, new = self.old[part.old : part.old_end], self.new[part.new : part.new_end]
        # The shorter one makes the bits: rows of them are cheap, their masks are not.
        if len(old) <= len(new):
            yield from ((part.old + at, part.new + other) for at, other in _longest(old, new))
        else:
            yield from ((part.old + at, part.new + other) for other, at in _longest(new, old))


def _longest(short: list[int], long: list[int]) -> Iterator[Place]:
    """Yield a longest common subsequence from its end, found with a row of bits per value of `long` (Hyyrö 2004)."""
    masks: dict[int, int] = {}
    for bit, value in enumerate(short):
        masks[value] = masks.get(value, 0) | 1 << bit
    everything = (1 << len(short)) - 1
    rows = [everything]
    for value in long:
        row = rows[-1]
        shared = row & masks.get(value, 0)
        rows.append(((row + shared) | (row - shared)) & everything)
    at, other = len(short), len(long)
    while at and other:
        if rows[other] >> at - 1 & 1:
            at -= 1
        elif rows[other - 1] >> at - 1 & 1:
            at, other = at - 1, other - 1
            yield at, other
        else:
            other -= 1


def _between(part: _Part, anchors: list[Place]) -> Iterator[_Part]:
    old, new = part.old, part.new
    for at, other in [*anchors, (part.old_end, part.new_end)]:
        yield _Part(old, at, new, other, part.depth + 1)
        old, new = at + 1, other + 1


def _rising(places: list[Place]) -> list[Place]:
    """Return the longest run of `places`, which rise on the one side, that rises on the other too."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_at, other) in enumerate(places):
        length = bisect_left(ends, other)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [other]
        last[length : length + 1] = [index]
    run = []
    index = last[-1] if last else -1
    while index >= 0:
        run.append(places[index])
        index = before[index]
    return run[::-1]


def _joined(places: list[Place]) -> Iterator[Stretch]:
    start, length = (0, 0), 0
    for at, other in places:
        if length and (at, other) == (start[0] + length, start[1] + length):
            length += 1
            continue
        if length:
            yield Stretch(*start, length)
        start, length = (at, other), 1
    if length:
        yield Stretch(*start, length)
