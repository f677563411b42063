"""The geometry of bars: everything lies within the picture, whatever the numbers are."""

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assemblies.admin.front.bars import Bars, lying_bars, round_top, standing_bars

NUMBERS = st.lists(st.lists(st.integers() | st.floats(), min_size=3, max_size=3), max_size=40)
NEARLY = 0.02


def within(bars: Bars) -> bool:
    return all(
        0 <= one.x <= one.x + one.width <= bars.width + NEARLY
        and -NEARLY <= one.y <= one.y + one.height <= bars.height + NEARLY
        for bar in bars.bars
        for one in bar.segments
    )


@given(NUMBERS)
def test_every_rectangle_lies_within_the_picture(numbers: list[list[float]]) -> None:
    for bars in (lying_bars(numbers, width=200, thickness=20), standing_bars(numbers, width=200, height=80)):
        assert len(bars.bars) == len(numbers)
        assert within(bars)


def test_stacks_begin_where_the_one_before_ends() -> None:
    [first, second] = lying_bars([[1, 2, 3], [0, 0, 3]], width=60, thickness=20).bars
    assert [(one.series, one.x, one.width) for one in first.segments] == [(0, 0, 10), (1, 10, 20), (2, 30, 30)]
    assert [(one.series, one.x, one.width) for one in second.segments] == [(2, 0, 30)]
    assert (first.total, first.end, second.middle) == (6, 60, 30)


def test_standing_bars_grow_from_the_ground_up_to_a_round_number() -> None:
    bars = standing_bars([[3, 1], [0, 0]], width=100, height=50)
    low, high = bars.bars[0].segments
    assert (low.y + low.height, high.y + high.height) == (50, low.y)
    assert [(tick.value, tick.place) for tick in bars.ticks] == [(0, 50), (2, 25), (4, 0)]
    assert bars.bars[1].segments == ()


@pytest.mark.parametrize("numbers", [[], [[0, 0, 0]], [[nan, inf, -inf]], [[-5, -1.5, 0]]])
def test_nothing_to_draw_is_an_empty_picture(numbers: Any) -> None:
    for bars in (lying_bars(numbers, width=60, thickness=20), standing_bars(numbers, width=60, height=20)):
        assert [bar.segments for bar in bars.bars] == [()] * len(numbers)
        assert [bar.total for bar in bars.bars] == [0] * len(numbers)


def test_a_number_beyond_all_measure_is_drawn_like_any_other() -> None:
    bars = standing_bars([[10**400, 1]], width=60, height=20)
    assert within(bars)
    assert bars.bars[0].total == 10**400 + 1


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 1), (1, 1), (2, 2), (3, 3), (7, 8), (9, 10), (10, 10), (11, 20), (51, 60), (999, 1000)]
)
def test_scales_end_at_round_numbers(highest: int, top: int) -> None:
    assert round_top(highest) == top
