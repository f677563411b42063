"""Two texts side by side, line by line, with the words that changed; long equal parts are folded.

Pure, and bounded in time and size whatever the texts: what is too much to show is left out and counted. Lines end at a
line feed only; a carriage return and every hidden character is made visible.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assemblies.diffing.common_stretches import Stretch, common_stretches, split_lines
from assemblies.diffing.paired_lines import paired
from assemblies.diffing.word_marks import Piece, marked_pieces, plainly_marked_pieces
from assemblies.documents.hidden_characters import visible_pieces

LINES_AROUND = 3
# Hiding fewer lines than this costs more looking than it saves.
MIN_FOLDED = 4
MAX_ROWS = 2000
MAX_CHARACTERS = 400_000
MAX_FOLDED_ROWS = 1000
MAX_FOLDED_CHARACTERS = 100_000
# Every segment is an element of the page, however short it is.
MIN_SEGMENT_COST = 20
MAX_CHARACTERS_MARKED_BY_WORD = 300_000
# Of a longer piece of a line its ends are shown.
MAX_PIECE_LENGTH = 1000
ENDS_SHOWN = 200


class RowKind(StrEnum):
    """What became of a line."""

    EQUAL = "equal"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Segment:
    """A stretch of a line. With a `name` its text stands for something unseen, or says what is left out."""

    text: str
    is_marked: bool = False
    name: str = ""


@dataclass(frozen=True)
class Line:
    """A line of one side; numbers count from 1."""

    number: int
    segments: Sequence[Segment]


@dataclass(frozen=True)
class Row:
    """Lines that stand side by side; a side without a line is None."""

    kind: RowKind
    left: Line | None
    right: Line | None


@dataclass(frozen=True)
class Part:
    """Rows one below another. A folded part holds equal ones: all `count` of them, or fewer where they are too many."""

    rows: Sequence[Row]
    count: int
    is_folded: bool = False


@dataclass(frozen=True)
class SideBySide:
    """The whole comparison; `left_out` lines of either text, with whatever changes they hold, were too many to show."""

    parts: Sequence[Part] = field(default_factory=list)
    added: int = 0
    removed: int = 0
    left_out: int = 0

    @property
    def is_equal(self) -> bool:
        return not self.added and not self.removed


def side_by_side(before: str, after: str) -> SideBySide:
    """Compare two texts; `added` and `removed` count lines, a changed one in both."""
    old, new = split_lines(before), split_lines(after)
    stretches = common_stretches(old, new)
    shared = sum(stretch.length for stretch in stretches)
    drawing = _Drawing(old, new, shows_carriage_returns=not _every_line_has_one(before, after))
    parts = list(drawing.parts(stretches))
    left_out = max(len(old) - drawing.reached[0], len(new) - drawing.reached[1])
    return SideBySide(parts, added=len(new) - shared, removed=len(old) - shared, left_out=left_out)


def _every_line_has_one(*texts: str) -> bool:
    """Say whether each line ends with a carriage return and a line feed, so that showing them would say nothing."""
    ends = sum(text.count("\n") for text in texts)
    return ends == sum(text.count("\r\n") for text in texts) == sum(text.count("\r") for text in texts)


@dataclass
class _Room:
    """How much may still be shown."""

    rows: int
    characters: int

    @property
    def is_full(self) -> bool:
        return self.rows <= 0 or self.characters <= 0

    def take(self, row: Row) -> None:
        lines = [line for line in (row.left, row.right) if line]
        self.rows -= 1
        self.characters -= sum(max(len(one.text), MIN_SEGMENT_COST) for line in lines for one in line.segments)


class _Drawing:
    """Rows as far as there is room for them; `reached` is how many lines of each side were accounted for."""

    def __init__(self, old: list[str], new: list[str], *, shows_carriage_returns: bool) -> None:
        self.old, self.new = old, new
        self.shows_carriage_returns = shows_carriage_returns
        self.room = _Room(MAX_ROWS, MAX_CHARACTERS)
        self.folded_room = _Room(MAX_FOLDED_ROWS, MAX_FOLDED_CHARACTERS)
        self.characters_to_mark = MAX_CHARACTERS_MARKED_BY_WORD
        self.reached = (0, 0)

    def parts(self, stretches: list[Stretch]) -> Iterator[Part]:
        for stretch in [*stretches, Stretch(len(self.old), len(self.new), 0)]:
            yield from self._part(self._changed_rows(stretch))
            yield from self._equal_parts(stretch)
            if self.room.is_full:
                return

    def _part(self, rows: Iterator[Row]) -> Iterator[Part]:
        """Yield the rows as one part, as far as there is room for them."""
        shown = []
        while not self.room.is_full and (row := next(rows, None)):
            shown.append(row)
            self.room.take(row)
            at, other = self.reached
            self.reached = (row.left.number if row.left else at, row.right.number if row.right else other)
        if shown:
            yield Part(shown, len(shown))

    def _changed_rows(self, stretch: Stretch) -> Iterator[Row]:
        at, other = self.reached
        for one, two in paired(self.old[at : stretch.old], self.new[other : stretch.new]):
            yield self._row(None if one is None else at + one, None if two is None else other + two)

    def _equal_parts(self, stretch: Stretch) -> Iterator[Part]:
        """Yield an equal stretch: its ends next to a change as they are, what is between them folded."""
        places = range(stretch.length)
        head = 0 if (stretch.old, stretch.new) == (0, 0) else LINES_AROUND
        is_last = (stretch.old + stretch.length, stretch.new + stretch.length) == (len(self.old), len(self.new))
        tail = max(head, stretch.length - (0 if is_last else LINES_AROUND))
        if tail - head < MIN_FOLDED:
            head = tail = stretch.length
        yield from self._part(self._row(stretch.old + at, stretch.new + at) for at in places[:head])
        yield from self._fold(stretch, places[head:tail])
        yield from self._part(self._row(stretch.old + at, stretch.new + at) for at in places[tail:])

    def _fold(self, stretch: Stretch, places: range) -> Iterator[Part]:
        """Yield a fold, without its lines where there is no room left for all of them."""
        if not places or self.room.is_full:
            return
        size = sum(len(self.old[stretch.old + at]) for at in places[:MAX_FOLDED_ROWS])
        rows: list[Row] = []
        if len(places) <= self.folded_room.rows and 2 * size <= self.folded_room.characters:
            rows = [self._row(stretch.old + at, stretch.new + at) for at in places]
            for row in rows:
                self.folded_room.take(row)
        self.reached = (stretch.old + places.stop, stretch.new + places.stop)
        yield Part(rows, len(places), is_folded=True)

    def _row(self, at: int | None, other: int | None) -> Row:
        old = None if at is None else self.old[at]
        new = None if other is None else self.new[other]
        kind = _kind_of(old, new)
        left, right = [(self._read(old), False)], [(self._read(new), False)]
        if kind is RowKind.CHANGED:
            left, right = self._marked(left[0][0], right[0][0])
        shows_end = kind is not RowKind.EQUAL
        return Row(kind, _line(at, old, left, shows_end), _line(other, new, right, shows_end))

    def _read(self, line: str | None) -> str:
        text = (line or "").removesuffix("\n")
        return text if self.shows_carriage_returns else text.removesuffix("\r")

    def _marked(self, left: str, right: str) -> tuple[list[Piece], list[Piece]]:
        self.characters_to_mark -= len(left) + len(right)
        return (marked_pieces if self.characters_to_mark > 0 else plainly_marked_pieces)(left, right)


def _kind_of(old: str | None, new: str | None) -> RowKind:
    if old is None:
        return RowKind.ADDED
    if new is None:
        return RowKind.REMOVED
    return RowKind.EQUAL if old == new else RowKind.CHANGED


def _line(at: int | None, line: str | None, pieces: list[Piece], shows_end: bool) -> Line | None:
    if at is None or line is None:
        return None
    segments = [segment for text, marked in pieces for segment in _segments(text, marked)]
    if shows_end and not line.endswith("\n"):
        segments.append(Segment(_("no line feed"), True, _("The text ends here, without a line feed.")))
    return Line(at + 1, segments)


def _segments(text: str, is_marked: bool) -> Iterator[Segment]:
    if len(text) <= MAX_PIECE_LENGTH:
        yield from (Segment(piece, is_marked, name) for piece, name in visible_pieces(text))
        return
    left_out = len(text) - 2 * ENDS_SHOWN
    yield from _segments(text[:ENDS_SHOWN], is_marked)
    words = ngettext("%(count)s character is not shown", "%(count)s characters are not shown", left_out)
    yield Segment("…", is_marked, words % {"count": left_out})
    yield from _segments(text[-ENDS_SHOWN:], is_marked)
