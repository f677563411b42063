"""What two sequences have in common, in order: exact where it matters, bounded always."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assemblies.diffing.common_stretches import Stretch, _longest, common_stretches, split_lines
from tests.patience import at_most

few = st.lists(st.integers(0, 4), max_size=14)
RANDOM = random.Random(5)


def longest(old: list[int], new: list[int]) -> int:
    """The length of a longest common subsequence, the slow and simple way."""
    row = [0] * (len(new) + 1)
    for one in old:
        before, row = row, [0]
        for at, other in enumerate(new):
            row.append(before[at] + 1 if one == other else max(before[at + 1], row[at]))
    return row[-1]


@given(few, few)
def test_stretches_are_equal_and_in_order_on_both_sides(old: list[int], new: list[int]) -> None:
    at = other = 0
    for stretch in common_stretches(old, new):
        assert stretch.length > 0
        assert stretch.old >= at
        assert stretch.new >= other
        at, other = stretch.old + stretch.length, stretch.new + stretch.length
        assert old[stretch.old : at] == new[stretch.new : other]


@given(few, few)
def test_between_what_holds_its_place_nothing_longer_is_in_common(old: list[int], new: list[int]) -> None:
    places = list(_longest(old, new))
    assert len(places) == longest(old, new)
    assert all(old[at] == new[other] for at, other in places)
    assert [sorted(set(side)) for side in zip(*places, strict=True)] == [
        list(side)[::-1] for side in zip(*places, strict=True)
    ]


def test_a_line_that_is_there_once_holds_its_place() -> None:
    old = ["{", "a", "}", "unique", "{", "b", "}"]
    new = ["{", "b", "}", "unique", "{", "a", "}"]
    assert Stretch(2, 2, 3) in common_stretches(old, new)


def test_a_few_changes_far_apart_are_found_in_a_long_text() -> None:
    old = list(range(100_000))
    new = [number for number in old if number % 10_000] + [-1]
    assert sum(stretch.length for stretch in common_stretches(old, new)) == 99_990


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (list(range(60_000)), list(range(60_000))[::-1]),
        ([0] * 500_000, [0, 1] * 30),
        ([RANDOM.randrange(2) for _ in range(200_000)], [RANDOM.randrange(2) for _ in range(200_000)]),
        ([RANDOM.randrange(2) for _ in range(7000)], [RANDOM.randrange(2) for _ in range(7000)]),
    ],
)
def test_the_time_is_bounded(old: list[int], new: list[int]) -> None:
    with at_most(1):
        common_stretches(old, new)


@given(st.text(alphabet="a\r\n\u2028\x0b"))
def test_only_a_line_feed_ends_a_line_and_none_is_lost(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    assert all(line.find("\n") in (-1, len(line) - 1) for line in lines)
    assert all(lines)
