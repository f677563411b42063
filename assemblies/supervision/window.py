"""Which output is kept: the first bytes and the last ones, in chunks that are numbered in the order they were read.

Memory stays bounded, however much is read and however slowly chunks are taken: what waits in the tail is dropped at its
front. A caller that stores chunks deletes those that `take` calls forgotten, and then has what this rule keeps.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_CHUNK_BYTES = 64 * 1024
_MAX_CHARACTER_BYTES = 4
# Two streams that alternate byte by byte would make a chunk of each byte; past so many, order gives way.
_MAX_PIECES = 64


@dataclass(frozen=True)
class Piece:
    """A numbered chunk. `offset` is its first byte's place in its stream; a gap before it was dropped."""

    number: int
    stream: str
    offset: int
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Batch:
    """Chunks to be stored, after those of the numbers in `forgotten` were deleted."""

    pieces: list[Piece]
    forgotten: range


@dataclass
class _Waiting:
    stream: str
    offset: int
    data: bytearray


def end_of_characters(data: bytes | bytearray) -> int:
    """Return where the last character begins if it is UTF-8 cut short, and the length otherwise."""
    for back in range(1, min(_MAX_CHARACTER_BYTES, len(data) + 1)):
        first = data[-back]
        if first < 0x80:
            break
        if first >= 0xC0:
            size = 2 if first < 0xE0 else 3 if first < 0xF0 else _MAX_CHARACTER_BYTES
            return len(data) - back if size > back else len(data)
    return len(data)


class Window:
    def __init__(self, head_bytes: int, tail_bytes: int) -> None:
        self._head_left = head_bytes
        self._tail_bytes = tail_bytes
        self._head: deque[_Waiting] = deque()
        self._tail: deque[_Waiting] = deque()
        self._tail_waiting_bytes = 0
        self._taken: deque[tuple[int, str, int]] = deque()
        self._taken_bytes = 0
        self._next_number = 0
        self.offsets: dict[str, int] = {}
        self.dropped: dict[str, int] = {}

    @property
    def is_waiting(self) -> bool:
        return bool(self._head or self._tail)

    @property
    def drops(self) -> bool:
        """Whether there was more than is kept."""
        return bool(self.dropped)

    def add(self, stream: str, data: bytes) -> None:
        offset = self.offsets.get(stream, 0)
        self.offsets[stream] = offset + len(data)
        end = end_of_characters(data[: self._head_left]) if len(data) > self._head_left else len(data)
        head, tail = data[:end], data[end:]
        self._head_left = 0 if tail else self._head_left - len(head)
        if head:
            _append(self._head, stream, offset, head)
        if tail:
            self._tail_waiting_bytes += len(tail)
            _append(self._tail, stream, offset + len(head), tail)
            self._drop_waiting()

    def take(self) -> Batch:
        """All that waits, and what is no longer kept because of it."""
        pieces = [self._numbered(waiting, *cut) for waiting in self._head for cut in _cuts(waiting.data)]
        tail = [self._numbered(waiting, *cut) for waiting in self._tail for cut in _cuts(waiting.data)]
        self._head.clear()
        self._tail.clear()
        self._tail_waiting_bytes = 0
        forgotten = self._forget(sum(len(piece.data) for piece in tail))
        self._taken += [(piece.number, piece.stream, len(piece.data)) for piece in tail]
        self._taken_bytes += sum(len(piece.data) for piece in tail)
        return Batch(pieces + tail, forgotten)

    def _numbered(self, waiting: _Waiting, start: int, end: int) -> Piece:
        number, self._next_number = self._next_number, self._next_number + 1
        return Piece(number, waiting.stream, waiting.offset + start, bytes(waiting.data[start:end]))

    def _forget(self, coming_bytes: int) -> range:
        first = self._taken[0][0] if self._taken else 0
        last = first
        while self._taken and self._taken_bytes + coming_bytes > self._tail_bytes:
            number, stream, size = self._taken.popleft()
            self._taken_bytes -= size
            self._count_dropped(stream, size)
            last = number + 1
        return range(first, last)

    def _drop_waiting(self) -> None:
        while (surplus := self._tail_waiting_bytes - self._tail_bytes) > 0:
            oldest = self._tail[0]
            size = min(surplus, len(oldest.data))
            del oldest.data[:size]
            oldest.offset += size
            self._tail_waiting_bytes -= size
            self._count_dropped(oldest.stream, size)
            if not oldest.data:
                self._tail.popleft()

    def _count_dropped(self, stream: str, size: int) -> None:
        self.dropped[stream] = self.dropped.get(stream, 0) + size


def _append(queue: deque[_Waiting], stream: str, offset: int, data: bytes) -> None:
    latest = next((waiting for waiting in reversed(queue) if waiting.stream == stream), None)
    if latest is not None and (latest is queue[-1] or len(queue) >= _MAX_PIECES):
        latest.data += data
    else:
        queue.append(_Waiting(stream, offset, bytearray(data)))


def _cuts(data: bytearray) -> Iterator[tuple[int, int]]:
    """Yield where chunks begin and end: each can be read as text by itself where the whole can."""
    start = 0
    while start < len(data):
        end = start + MAX_CHUNK_BYTES
        if end < len(data):
            end = start + end_of_characters(data[start:end])
        yield start, min(end, len(data))
        start = end
