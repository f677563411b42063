"""Geometry of stacked bars, lying and standing: numbers in, rectangles out. Pure; units are those of the view box.

Whatever the numbers are, every rectangle lies within the picture: what is no countable number counts as nothing.
"""

from collections.abc import Sequence
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
        y, at, segments = (index + GAP / 2) * thickness, 0, []
        for series, value in enumerate(row):
            start, end = _share(at, longest) * width, _share(at + value, longest) * width
            at += value
            if value:
                segments.append(
                    Segment(
                        series=series,
                        value=value,
                        x=_neat(start),
                        y=_neat(y),
                        width=_neat(end - start),
                        height=_neat(thickness * (1 - GAP)),
                    )
                )
        middle = _neat((index + 0.5) * thickness)
        bars.append(Bar(segments=tuple(segments), total=at, middle=middle, end=_neat(_share(at, longest) * width)))
    return Bars(width=width, height=thickness * len(rows), bars=tuple(bars), ticks=())


def standing_bars(numbers: Sequence[Sequence[float]], *, width: float, height: float) -> Bars:
    """Stack each row of numbers from the ground up, one beside another, under a scale of round numbers."""
    rows = _countable(numbers)
    top = round_top(max(map(sum, rows), default=0))
    slot = width / len(rows) if rows else width
    bars = []
    for index, row in enumerate(rows):
        x, at, segments = (index + GAP / 2) * slot, 0, []
        for series, value in enumerate(row):
            low, high = height * (1 - _share(at, top)), height * (1 - _share(at + value, top))
            at += value
            if value:
                segments.append(
                    Segment(
                        series=series,
                        value=value,
                        x=_neat(x),
                        y=_neat(high),
                        width=_neat(slot * (1 - GAP)),
                        height=_neat(low - high),
                    )
                )
        end = _neat(height * (1 - _share(at, top)))
        bars.append(Bar(segments=tuple(segments), total=at, middle=_neat((index + 0.5) * slot), end=end))
    ticks = tuple(Tick(value, _neat(height * (1 - _share(value, top)))) for value in _scale(top))
    return Bars(width=width, height=height, bars=tuple(bars), ticks=ticks)


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
