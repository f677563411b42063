"""Geometry of stacked bars, lying and standing: numbers in, rectangles out. Pure; units are those of the view box.

Whatever the numbers are, every rectangle lies within the picture: what is no countable number counts as nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

STEPS = (1, 2, 3, 4, 5, 6, 8, 10)
GAP = 0.25


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One number's rectangle; `series` says which of the bar's numbers it is."""

    series: int
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One stack. `middle` is where its label belongs, across the bar; `end` is where the stack ends."""

    segments: tuple[Segment, ...]
    total: int
    middle: float
    end: float


@dataclass(frozen=True)
class Tick:
    """A line of the scale."""

    value: int
    place: float


@dataclass(frozen=True, kw_only=True)
class Bars:
    """A whole picture of bars, with its scale."""

    width: float
    height: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]


def lying_bars(numbers: Sequence[Sequence[float]], *, width: float, thickness: float) -> Bars:
    """Stack each row of numbers from left to right, one row below another."""
    rows = _countable(numbers)
    longest = max(map(sum, rows), default=0)
    bars = []
    for index, row in enumerate(rows):
        y, high = _slot(index, thickness)
        segments = tuple(
            Segment(
                series=series,
                value=value,
                x=_neat(_share(begin, longest) * width),
                y=y,
                width=_neat(_share(begin + value, longest) * width - _share(begin, longest) * width),
                height=high,
            )
            for series, begin, value in _stacked(row)
        )
        end = _neat(_share(sum(row), longest) * width)
        bars.append(Bar(segments=segments, total=sum(row), middle=_neat((index + 0.5) * thickness), end=end))
    return Bars(width=width, height=thickness * len(rows), bars=tuple(bars), ticks=())


def standing_bars(numbers: Sequence[Sequence[float]], *, width: float, height: float) -> Bars:
    """Stack each row of numbers from the ground up, side by side, under a scale of round numbers."""
    rows = _countable(numbers)
    top = round_top(max(map(sum, rows), default=0))
    slot = width / len(rows) if rows else width
    bars = []
    for index, row in enumerate(rows):
        x, wide = _slot(index, slot)
        segments = tuple(
            Segment(
                series=series,
                value=value,
                x=x,
                y=_neat(height * (1 - _share(begin + value, top))),
                width=wide,
                height=_neat(height * (1 - _share(begin, top)) - height * (1 - _share(begin + value, top))),
            )
            for series, begin, value in _stacked(row)
        )
        end = _neat(height * (1 - _share(sum(row), top)))
        bars.append(Bar(segments=segments, total=sum(row), middle=_neat((index + 0.5) * slot), end=end))
    ticks = tuple(Tick(value, _neat(height * (1 - _share(value, top)))) for value in _scale(top))
    return Bars(width=width, height=height, bars=tuple(bars), ticks=ticks)


def _stacked(row: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (series, what lies below it, value) of each number that has a rectangle."""
    begin = 0
    for series, value in enumerate(row):
        if value:
            yield series, begin, value
        begin += value


def _slot(index: int, breadth: float) -> tuple[float, float]:
    """Return where across the picture a bar begins, and how broad it is between its gaps."""
    return _neat((index + GAP / 2) * breadth), _neat(breadth * (1 - GAP))


def round_top(highest: int) -> int:
    """Return the smallest of 1, 2, 3, 4, 5, 6, 8, 10, 20, 30 … that is not below `highest`."""
    power = int(10 ** (len(str(max(highest, 1))) - 1))
    return next(step * power for step in STEPS if step * power >= highest)


def _scale(top: int) -> list[int]:
    return [0, top] if top % 2 else [0, top // 2, top]


def _countable(numbers: Sequence[Sequence[float]]) -> list[list[int]]:
    return [[_count(number) for number in row] for row in numbers]


def _count(number: float) -> int:
    if isinstance(number, int):
        return max(number, 0)
    return max(int(number), 0) if isfinite(number) else 0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _neat(number: float) -> float:
    return round(number, 2)
