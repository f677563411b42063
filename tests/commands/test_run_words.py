"""What commands print of runs: on a terminal colours, and nothing else that it would obey."""

import pytest
from django.core.management.base import CommandError

from assemblies.management.runs import for_terminal, read_variables


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n\tb", "a\n\tb"),
        ("\x1b[1;31mred\x1b[m", "\x1b[1;31mred\x1b[m"),
        ("\x1b[2Jx", "\\x1b[2Jx"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x1b", "\\x1b"),
        ("\x1b[31", "\\x1b[31"),
        ("\u202exe", "\\u202exe"),
        ("\r", "\\r"),
    ],
)
def test_a_terminal_is_given_colours_and_nothing_else_to_obey(text: str, shown: str) -> None:
    assert for_terminal(text) == shown


def test_variables_are_name_and_value() -> None:
    assert read_variables(["a=1", "b=x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}
    with pytest.raises(CommandError, match="name=value"):
        read_variables(["a"])
