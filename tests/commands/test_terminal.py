"""Tables and progress for a person at a terminal, whatever the documents' names try."""

from io import StringIO

import pytest

from assemblies.management.progress_line import ProgressLine
from assemblies.management.tables import table_lines, width_of

ROWS = [("added", "Restart the print spooler", "a1"), ("skipped", "日本語の名前", "a reason " * 12)]
COLUMNS = ("What", "Assembly", "GUID or reason")


def test_a_row_is_one_whole_line_where_no_terminal_is() -> None:
    title, head, rule, *rows = table_lines("Done", COLUMNS, ROWS, terminal=False)
    assert (title, head) == ("Done", "What     Assembly                   GUID or reason")
    assert set(rule) == {"-"}
    assert rows == [
        "added    Restart the print spooler  a1",
        # Each of these characters takes two columns.
        f"skipped  日本語の名前{' ' * 15}{'a reason ' * 12}".rstrip(),
    ]


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_a_table_is_folded_to_the_terminals_width_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lengths = {"w": 7, "x": 50, "y": 30, "z": 90}
    lines = table_lines("Done", "ABCD", [[letter * length for letter, length in lengths.items()]], terminal=True)
    assert max(map(width_of, lines)) <= columns
    assert {letter: "".join(lines).count(letter) for letter in lengths} == lengths


def test_a_terminal_narrower_than_the_least_width_still_gets_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    assert len(table_lines("Done", COLUMNS, ROWS, terminal=True)) > len(ROWS)


def test_a_name_cannot_command_the_terminal_or_reverse_the_text() -> None:
    (line,) = table_lines("Done", ("Assembly",), [("\x1b[2J\rclean\n\u202egpj.exe",)], terminal=False)[3:]
    assert line == r"\x1b[2J\rclean\n\u202egpj.exe"


def test_progress_is_one_line_drawn_over_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("assemblies.management.progress_line.REDRAW_SECONDS", 0)
    stream = StringIO()
    line = ProgressLine(stream, visible=True)
    assert list(line.track("abcd", "reading", 4)) == ["a", "b", "c", "d"]
    line.say("short")
    line.clear()
    drawn = stream.getvalue().split("\r")
    assert [words.split() for words in drawn[1:3]] == [
        ["reading", "[", "]", "0", "of", "4"],
        ["reading", "[#######", "]", "1", "of", "4"],
    ]
    assert {len(words) for words in drawn[1:-1]} == {79}
    assert drawn[-2].strip() == drawn[-1] == ""


def test_nothing_is_written_where_nobody_looks() -> None:
    stream = StringIO()
    line = ProgressLine(stream, visible=False)
    assert list(line.track(range(3), "reading", 3)) == [0, 1, 2]
    line.say("words")
    line.clear()
    assert stream.getvalue() == ""
