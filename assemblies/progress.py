"""Long work: it is done in parts, and lets itself be watched. It wraps what it walks through, the watcher counts."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Protocol, TypeVar

T = TypeVar("T")


class Track(Protocol):
    """Pass `items` on unchanged; `phase` says to people what is done with them, `total` how many there are."""

    def __call__(self, items: Iterable[T], phase: str, total: int) -> Iterable[T]: ...


def untracked(items: Iterable[T], phase: str, total: int) -> Iterable[T]:
    """Nobody watches."""
    return items


def in_batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield `items` in lists of at most `size`, each taken when it is requested."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
