"""Two texts side by side: what is marked, what is folded, and what hostile texts cost."""

import random

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from assemblies.diffing.side_by_side import Line, Row, SideBySide, side_by_side
from assemblies.diffing.word_marks import marked_pieces, plainly_marked_pieces
from tests.patience import at_most

MEGABYTE = 1_000_000
RANDOM = random.Random(7)
texts = st.lists(st.sampled_from(["a", "b", "one two", "one three", "", "x\r", "\u202e"]), max_size=12).map("\n".join)


def text_of(line: Line | None) -> str | None:
    """A line with [marks] and <what is made visible>."""
    if line is None:
        return None
    shown = (f"<{one.text}>" if one.name else f"[{one.text}]" if one.is_marked else one.text for one in line.segments)
    return "".join(shown)


def rows_of(comparison: SideBySide) -> list[Row]:
    return [row for part in comparison.parts for row in part.rows]


def told(before: str, after: str) -> list[tuple[str, str | None, str | None]]:
    return [(str(row.kind), text_of(row.left), text_of(row.right)) for row in rows_of(side_by_side(before, after))]


def page_of(comparison: SideBySide) -> str:
    return render_to_string("library/history/side_by_side.html", {"comparison": comparison})


def test_words_that_changed_are_marked_and_lines_keep_their_numbers() -> None:
    assert told("same\necho hello world\n", "new\nsame\necho good world\n") == [
        ("added", None, "new"),
        ("equal", "same", "same"),
        ("changed", "echo [hello] world", "echo [good] world"),
    ]
    last = rows_of(side_by_side("same\na\n", "new\nsame\nb\n"))[-1]
    assert (last.left and last.left.number, last.right and last.right.number) == (2, 3)


def test_of_several_lines_the_one_that_is_like_it_took_the_place() -> None:
    assert told("limit = 90 # percent\n", "import os\n\nlimit = 85 # percent\n") == [
        ("added", None, "import os"),
        ("added", None, ""),
        ("changed", "limit = [90] # percent", "limit = [85] # percent"),
    ]


def test_lines_that_have_little_in_common_carry_no_marks() -> None:
    assert told("alpha beta gamma\n", "one two three\n") == [("changed", "alpha beta gamma", "one two three")]


def test_the_space_between_two_changed_words_is_no_island() -> None:
    assert marked_pieces("keep this: one two", "keep this: six ten")[0] == [("keep this: ", False), ("one two", True)]


def test_long_equal_parts_are_folded_with_their_lines() -> None:
    common = "".join(f"{number}\n" for number in range(50))
    comparison = side_by_side(f"a\n{common}z\n", f"b\n{common}y\n")
    folds = [part for part in comparison.parts if part.is_folded]
    assert [(fold.count, len(fold.rows)) for fold in folds] == [(44, 44)]
    assert (comparison.added, comparison.removed, comparison.is_equal) == (2, 2, False)
    page = page_of(comparison)
    assert "44 equal lines" in page
    assert page.count("<details>") == 1


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("a\r\nb\r\n", "a\r\nc\r\n", [("equal", "a", "a"), ("changed", "b", "c")]),
        ("a\r\nb\n", "a\r\nb\r\n", [("equal", "a<␍>", "a<␍>"), ("changed", "b", "b<␍>")]),
        ("a\rb\n", "ab\n", [("changed", "a<␍>b", "ab")]),
        ("a", "a\n", [("changed", "a<no line feed>", "a")]),
        ("x = 1\n", "x = \u202e1\n", [("changed", "x = 1", "x = <U+202E>1")]),
        ("a\u2028b\n", "a\u2028b\n", [("equal", "a<U+2028>b", "a<U+2028>b")]),
        ("\0\x1b\u00a0\n", "\0\x1b\u00a0\n", [("equal", "<␀><␛><U+00A0>", "<␀><␛><U+00A0>")]),
    ],
)
def test_what_cannot_be_seen_is_made_visible(before: str, after: str, expected: list[object]) -> None:
    assert told(before, after) == expected


def test_what_is_made_visible_has_a_name() -> None:
    (row,) = rows_of(side_by_side("", "\u202e\r.\n\u200b"))[:1]
    assert row.right is not None
    assert [one.name for one in row.right.segments] == [
        "U+202E RIGHT-TO-LEFT OVERRIDE",
        "U+000D CARRIAGE RETURN",
        "",
    ]


@given(texts, texts)
def test_every_line_of_both_sides_is_there_in_order(before: str, after: str) -> None:
    comparison = side_by_side(before, after)
    rows = rows_of(comparison)
    for text, lines in ((before, [row.left for row in rows]), (after, [row.right for row in rows])):
        numbers = [line.number for line in lines if line]
        assert numbers == list(range(1, len(text.removesuffix("\n").split("\n")) + 1 if text else 1))
    assert comparison.left_out == 0
    assert comparison.is_equal == (before == after)


@given(st.text(max_size=60), st.text(max_size=60))
def test_marks_never_change_a_line(before: str, after: str) -> None:
    for marked in (marked_pieces, plainly_marked_pieces):
        left, right = marked(before, after)
        assert ("".join(text for text, _ in left), "".join(text for text, _ in right)) == (before, after)
        kept = ["".join(text for text, is_marked in side if not is_marked) for side in (left, right)]
        if marked is plainly_marked_pieces:
            assert kept[0] == kept[1]


def drawn_at_random(alphabet: str) -> str:
    return "".join(RANDOM.choices(alphabet, k=MEGABYTE))


HOSTILE = {
    "one line": ("a" * MEGABYTE, "a" * (MEGABYTE // 2) + "b" + "a" * (MEGABYTE // 2)),
    "line feeds": ("\n" * MEGABYTE, "\n" * (MEGABYTE // 2)),
    "short lines": (drawn_at_random("ab\n"), drawn_at_random("ab\n")),
    "carriage returns": ("\r" * MEGABYTE, "\r" * (MEGABYTE - 1)),
    "overrides": ("\u202e" * MEGABYTE, "\u202e\u202d" * (MEGABYTE // 2)),
    "many lines": ("".join(f"{n}\n" for n in range(100_000)), "".join(f"{n * n}\n" for n in range(100_000))),
    "a line of signs each": (drawn_at_random("+" * 700 + "-" * 700 + "\n"), drawn_at_random("+" * 700 + "-\n")),
    "every other line": (
        "".join(f"same {n}\nold {n} {n}\n" for n in range(40_000)),
        "".join(f"same {n}\nnew {n} {n}\n" for n in range(40_000)),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_compared_and_shown_within_bounds(name: str) -> None:
    with at_most(5):
        comparison = side_by_side(*HOSTILE[name])
        page = page_of(comparison)
    assert len(page) < 3_000_000
    assert not comparison.is_equal


def test_what_is_too_much_to_show_is_counted() -> None:
    comparison = side_by_side("", "".join(f"{number}\n" for number in range(100_000)))
    assert comparison.added == 100_000
    assert len(rows_of(comparison)) + comparison.left_out == 100_000
    assert f"{comparison.left_out} more lines were not compared here" in page_of(comparison)


def test_a_fold_too_long_to_open_says_how_many_lines_it_stands_for() -> None:
    common = "".join(f"{number}\n" for number in range(50_000))
    comparison = side_by_side(f"{common}a\n", f"{common}b\n")
    assert [(part.count, len(part.rows)) for part in comparison.parts] == [(49_997, 0), (3, 3), (1, 1)]
    assert "49997 equal lines, not shown" in page_of(comparison)


def test_of_a_very_long_piece_the_ends_are_shown() -> None:
    (row,) = rows_of(side_by_side("a" * 5000 + "\n", "a" * 5000 + "b\n"))
    assert row.right is not None
    assert "4600 characters are not shown" in [one.name for one in row.right.segments]


def test_hostile_markup_is_escaped_and_the_change_is_said_in_words() -> None:
    page = page_of(side_by_side("<script>old</script>\n", "<script>new</script>\n<b>\n"))
    assert "<script>" not in page
    assert "<b>" not in page
    assert '<span class="visually-hidden">changed from:</span>&lt;script&gt;<del>old</del>' in page
    assert '<span class="visually-hidden">added:</span>&lt;b&gt;' in page
    assert "<caption" in page
    assert 'scope="colgroup"' in page


def test_equal_texts_say_so() -> None:
    assert "No line differs." in page_of(side_by_side("a\n", "a\n"))
