"""Two changes of one text put together, line by line: what only one side changed is taken, and where both changed the
same lines in different ways, somebody is to choose.

Pure, and bounded as the search for common stretches is. Changes that touch each other count as one: between them no
line says that they are apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assemblies.diffing.common_stretches import Stretch, common_stretches, split_lines

Lines = list[str]


class Pick(StrEnum):
    """Whose lines stand where both sides changed them."""

    YOURS = "yours"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True)
class Clash:
    """Lines that both changed; `number` is the first of yours, counted from 1 in your text."""

    base: str
    theirs: str
    yours: str
    number: int

    def picked(self, pick: Pick) -> str:
        if pick is Pick.YOURS:
            return self.yours
        if pick is Pick.THEIRS:
            return self.theirs
        return with_last_line_ended(self.theirs) + self.yours


@dataclass(frozen=True)
class Merge:
    """The text in parts, in order: what needs no choice, as text, and what is to be chosen."""

    parts: Sequence[str | Clash]

    @property
    def clashes(self) -> list[Clash]:
        return [part for part in self.parts if isinstance(part, Clash)]

    def text(self, picks: Sequence[Pick] = ()) -> str:
        """Return the whole text; without a pick for a clash, yours stands there."""
        chosen = iter(picks)
        lines = [part if isinstance(part, str) else part.picked(next(chosen, Pick.YOURS)) for part in self.parts]
        whole = [with_last_line_ended(text) for text in lines[:-1] if text] + lines[-1:]
        return "".join(whole)


@dataclass(frozen=True)
class _Common:
    """`length` lines that all three have, from these places on."""

    base: int
    theirs: int
    yours: int
    length: int

    @property
    def end(self) -> "_Common":
        return _Common(self.base + self.length, self.theirs + self.length, self.yours + self.length, 0)


def merge(base: str, theirs: str, yours: str) -> Merge:
    """Put the changes from `base` to `theirs` and to `yours` together."""
    old, other, own = split_lines(base), split_lines(theirs), split_lines(yours)
    return Merge(list(_parts(old, other, own)))


def with_last_line_ended(text: str) -> str:
    """Return a text that another line may follow."""
    return text if not text or text.endswith("\n") else f"{text}\n"


def _parts(base: Lines, theirs: Lines, yours: Lines) -> Iterator[str | Clash]:
    at = _Common(0, 0, 0, 0)
    end = _Common(len(base), len(theirs), len(yours), 0)
    shared = _in_all(common_stretches(base, theirs), common_stretches(base, yours))
    for common in [*shared, end]:
        before = base[at.base : common.base], theirs[at.theirs : common.theirs], yours[at.yours : common.yours]
        if any(before):
            yield _merged(*before, number=at.yours + 1)
        if common.length:
            yield "".join(base[common.base : common.base + common.length])
        at = common.end


def _merged(base: Lines, theirs: Lines, yours: Lines, *, number: int) -> str | Clash:
    if theirs in (base, yours):
        return "".join(yours)
    if yours == base:
        return "".join(theirs)
    return Clash("".join(base), "".join(theirs), "".join(yours), number)


def _in_all(one: Sequence[Stretch], other: Sequence[Stretch]) -> Iterator[_Common]:
    """Yield what two lists of stretches share of the first text, `old` in both."""
    left, right = iter(one), iter(other)
    first, second = next(left, None), next(right, None)
    while first and second:
        start = max(first.old, second.old)
        end = min(first.old + first.length, second.old + second.length)
        if start < end:
            theirs, yours = first.new + start - first.old, second.new + start - second.old
            yield _Common(start, theirs, yours, end - start)
        if first.old + first.length < second.old + second.length:
            first = next(left, None)
        else:
            second = next(right, None)
