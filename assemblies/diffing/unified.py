"""Unified diffs. Lines end at a line feed only, so that a changed carriage return shows."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal

from assemblies.diffing.common_stretches import Stretch, common_stretches, split_lines

LINES_AROUND = 3
NO_NEWLINE = "\n\\ No newline at end of file\n"
Opcode = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]


def unified_diff(before: str, after: str) -> str:
    """Return a unified diff of two texts, "" for equal ones."""
    old, new = split_lines(before), split_lines(after)
    groups = [_hunk(list(group), old, new) for group in _Grouping(old, new).get_grouped_opcodes(LINES_AROUND)]
    return "--- before\n+++ after\n" + "".join(groups) if groups else ""


class _Grouping(SequenceMatcher[str]):
    """Groups what differs with the lines around it; it is told the differences and searches for none itself."""

    def __init__(self, old: list[str], new: list[str]) -> None:
        super().__init__()
        self._opcodes = list(_opcodes(old, new))

    def get_opcodes(self) -> list[Opcode]:
        return self._opcodes


def _opcodes(old: list[str], new: list[str]) -> Iterator[Opcode]:
    at = other = 0
    for stretch in [*common_stretches(old, new), Stretch(len(old), len(new), 0)]:
        if (at, other) != (stretch.old, stretch.new):
            yield "replace", at, stretch.old, other, stretch.new
        at, other = stretch.old + stretch.length, stretch.new + stretch.length
        if stretch.length:
            yield "equal", stretch.old, at, stretch.new, other


def _hunk(group: list[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> str:
    (_tag, start, _end, other_start, _other_end), (_tag, _start, end, _other_start, other_end) = group[0], group[-1]
    lines = [f"@@ -{_range(start, end)} +{_range(other_start, other_end)} @@\n"]
    for tag, at, at_end, other, other_at_end in group:
        if tag == "equal":
            lines += [_ended(f" {line}") for line in old[at:at_end]]
        else:
            lines += [_ended(f"-{line}") for line in old[at:at_end]]
            lines += [_ended(f"+{line}") for line in new[other:other_at_end]]
    return "".join(lines)


def _range(start: int, end: int) -> str:
    """Return where a hunk stands: lines count from 1, and an empty range names the line before it."""
    length = end - start
    return f"{start + 1}" if length == 1 else f"{start + bool(length)},{length}"


def _ended(line: str) -> str:
    return line if line.endswith("\n") else line + NO_NEWLINE
