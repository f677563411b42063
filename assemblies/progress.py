"""How long work lets itself be watched: the work wraps what it walks through, the watcher counts."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Track(Protocol):
    """Pass `items` on unchanged; `phase` says to people what is done with them, `total` how many there are."""

    def __call__(self, items: Iterable[T], phase: str, total: int) -> Iterable[T]: ...


def untracked(items: Iterable[T], phase: str, total: int) -> Iterable[T]:
    """Nobody watches."""
    return items
