"""Two changes of one text put together: what does not touch is taken from both, what does is asked."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assemblies.diffing.three_way import Clash, Pick, merge

texts = st.lists(st.sampled_from("abcd"), max_size=8).map(lambda lines: "".join(f"{line}\n" for line in lines))


def test_changes_apart_are_both_taken() -> None:
    merged = merge("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n")
    assert (merged.text(), merged.clashes) == ("A\nb\nC\n", [])


def test_changes_of_one_line_are_asked_for() -> None:
    merged = merge("a\nb\nc\nd\n", "a\nB\nc\nD\n", "a\nbb\nc\nd\n")
    assert merged.clashes == [Clash("b\n", "B\n", "bb\n", 2)]
    assert merged.text() == "a\nbb\nc\nD\n"
    assert merged.text([Pick.THEIRS]) == "a\nB\nc\nD\n"
    assert merged.text([Pick.BOTH]) == "a\nB\nbb\nc\nD\n"


def test_the_same_change_is_no_clash() -> None:
    assert merge("a\n", "b\n", "b\n").text() == "b\n"


@pytest.mark.parametrize(
    ("base", "theirs", "yours", "text"),
    [
        ("a", "a\nb", "a", "a\nb"),
        ("a\n", "a\nb", "a\nc\n", "a\nc\n"),
        ("a\nb", "x\na\nb", "a\nb\nc", "x\na\nb\nc"),
        ("", "a\n", "", "a\n"),
        ("a\n", "", "a\n", ""),
    ],
)
def test_texts_without_a_last_line_feed(base: str, theirs: str, yours: str, text: str) -> None:
    assert merge(base, theirs, yours).text() == text


def test_both_of_two_last_lines_are_two_lines() -> None:
    assert merge("a\n", "a\nb", "a\nc").text([Pick.BOTH]) == "a\nb\nc"


@given(texts, texts)
def test_who_changed_nothing_takes_the_other_text(base: str, changed: str) -> None:
    for merged in (merge(base, changed, base), merge(base, base, changed), merge(base, changed, changed)):
        assert (merged.text(), merged.clashes) == (changed, [])


@given(texts, texts, texts)
def test_yours_and_theirs_may_be_had_whole_where_all_clashes_are_theirs(base: str, theirs: str, yours: str) -> None:
    one, other = merge(base, theirs, yours), merge(base, yours, theirs)
    assert one.text([Pick.THEIRS] * len(one.clashes)) == other.text()


def edits(name: str) -> st.SearchStrategy[str]:
    """Changes of LINES, each of which keeps, drops, replaces or follows a line with one of its own."""
    kinds = st.lists(st.sampled_from(["keep"] * 4 + ["drop", "replace", "follow"]), min_size=8, max_size=8)
    made = {"keep": "{0}\n", "drop": "", "replace": "{1}{0}\n", "follow": "{0}\n{1}{0}\n"}
    return kinds.map(lambda chosen: "".join(made[kind].format(at, name) for at, kind in enumerate(chosen)))


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@settings(max_examples=40)
@given(edits("theirs"), edits("yours"))
def test_what_needs_no_choice_is_what_git_makes_of_it(
    tmp_path_factory: pytest.TempPathFactory, theirs: str, yours: str
) -> None:
    base = "".join(f"{at}\n" for at in range(8))
    merged = merge(base, theirs, yours)
    answer = merged_by_git(tmp_path_factory.mktemp("merge"), base, theirs, yours)
    assert answer == (None if merged.clashes else merged.text())


def merged_by_git(folder: Path, base: str, theirs: str, yours: str) -> str | None:
    """Return what git makes of it, None where it asks."""
    for name, text in (("base", base), ("theirs", theirs), ("yours", yours)):
        (folder / name).write_text(text)
    done = subprocess.run(
        [shutil.which("git") or "git", "merge-file", "-p", "yours", "base", "theirs"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout if done.returncode == 0 else None
