"""Which output is kept, compared with a model that keeps everything."""

import tracemalloc
from hashlib import sha256
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assemblies.supervision.output import Output
from assemblies.supervision.window import MAX_CHUNK_BYTES, Piece, Window

HEAD, TAIL = 50, 30
MIB = 1024 * 1024
_writes = st.lists(
    st.tuples(st.sampled_from(["stdout", "stderr"]), st.integers(1, 40), st.booleans()), min_size=1, max_size=60
)


class Store:
    """What a worker has after each batch, as the rule says."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.pieces: dict[int, Piece] = {}
        self.forgotten = 0

    def take(self) -> None:
        batch = self.window.take()
        for number in batch.forgotten:
            del self.pieces[number]
        self.forgotten += len(batch.forgotten)
        for piece in batch.pieces:
            assert piece.number == len(self.pieces) + self.forgotten and 0 < len(piece.data) <= MAX_CHUNK_BYTES
            self.pieces[piece.number] = piece

    @property
    def size(self) -> int:
        return sum(len(piece.data) for piece in self.pieces.values())


@given(_writes)
def test_head_and_tail_are_exact_and_the_rest_is_counted(writes: list[tuple[str, int, bool]]) -> None:
    window = Window(HEAD, TAIL)
    store = Store(window)
    streams = {"stdout": b"", "stderr": b""}
    for number, (stream, size, takes) in enumerate(writes):
        data = bytes([number % 256]) * size
        streams[stream] += data
        window.add(stream, data)
        if takes:
            store.take()
            assert store.size <= HEAD + TAIL
    store.take()
    for piece in store.pieces.values():
        assert streams[piece.stream][piece.offset : piece.offset + len(piece.data)] == piece.data
    total = sum(map(len, streams.values()))
    assert store.size + sum(window.dropped.values()) == total
    assert window.offsets == {stream: len(data) for stream, data in streams.items() if data}
    if total <= HEAD + TAIL:
        assert store.size == total
    else:
        # Whole chunks are forgotten, and no write here is longer than 40 bytes.
        assert HEAD + TAIL - 40 < store.size <= HEAD + TAIL


def test_one_stream_keeps_its_beginning_and_its_end() -> None:
    window = Window(HEAD, TAIL)
    data = bytes(range(200))
    window.add("stdout", data)
    pieces = window.take().pieces
    assert [(piece.offset, piece.data) for piece in pieces] == [(0, data[:HEAD]), (200 - TAIL, data[-TAIL:])]
    assert window.dropped == {"stdout": 200 - HEAD - TAIL}


def test_chunks_are_cut_at_64_kib() -> None:
    window = Window(256 * 1024, 768 * 1024)
    window.add("stdout", b"x" * 150_000)
    assert [len(piece.data) for piece in window.take().pieces] == [65536, 65536, 18928]


def test_streams_that_alternate_keep_their_order_until_there_are_very_many_pieces() -> None:
    window = Window(1000, 1000)
    for number in range(20):
        window.add("stdout" if number % 2 else "stderr", bytes([number]))
    assert b"".join(piece.data for piece in window.take().pieces) == bytes(range(20))
    for number in range(1000):
        window.add("stdout" if number % 2 else "stderr", b"x")
    assert len(window.take().pieces) <= 2 * 64


def test_what_nobody_takes_is_bounded() -> None:
    tracemalloc.start()
    try:
        window = Window(256 * 1024, 768 * 1024)
        for _ in range(500):
            window.add("stdout", b"x" * 65536)
            window.add("stderr", b"y")
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    finally:
        tracemalloc.stop()


@given(st.text(max_size=40).map(str.encode), st.lists(st.integers(0, 160), max_size=6))
def test_of_text_each_chunk_is_text(text: bytes, cuts: list[int]) -> None:
    window = Window(MIB, MIB)
    output = Output(window, [])
    pieces: list[Piece] = []
    for start, end in pairwise([0, *sorted(cuts), len(text)]):
        output.add("stdout", text[start:end])
        pieces += window.take().pieces
    output.close()
    pieces += [piece for batch in output.batches() for piece in batch.pieces]
    assert "".join(piece.data.decode() for piece in pieces).encode() == text


@pytest.mark.parametrize("character", ["é", "€", "🙂"])
@pytest.mark.parametrize("before", range(4))
def test_a_long_chunk_is_cut_between_characters(character: str, before: int) -> None:
    text = (before * "a" + 40_000 * character).encode()
    window = Window(MIB, MIB)
    window.add("stdout", text)
    pieces = window.take().pieces
    assert b"".join(piece.data for piece in pieces) == text
    assert [piece.data.decode() for piece in pieces]
    assert [piece.offset for piece in pieces] == [0, *accumulate(len(piece.data) for piece in pieces[:-1])]


@pytest.mark.parametrize("data", [b"\xff\xfe\x80", b"\xc3", b"a\xf0\x9f", bytes(range(256)), b"\x80\x80\x80\x80\x80"])
def test_what_is_no_text_is_kept_as_it_is(data: bytes) -> None:
    output = Output(Window(MIB, MIB), [])
    for place in range(len(data)):
        output.add("stdout", data[place : place + 1])
    output.close()
    kept = b"".join(piece.data for batch in output.batches() for piece in batch.pieces)
    assert (kept, output.summaries()["stdout"].sha256) == (data, sha256(data).hexdigest())
