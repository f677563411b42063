"""The output of a run between the threads that read it and the one that sends it on.

Reading never waits for sending, so that neither a slow worker nor a stopped one delays the script.
"""

import hashlib
import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from .masking import Masker
from .window import Batch, Window, end_of_characters

STREAMS = ("stdout", "stderr")
_SENT_AFTER_SECONDS = 0.1
_SENT_AFTER_AT_MOST_SECONDS = 5.0
# Of a run that says more than is kept the worker stores and deletes what passes by: not faster than this.
_SENT_WHILE_DROPPING_SECONDS = 1.0


@dataclass(frozen=True)
class StreamSummary:
    """A whole stream, secrets masked: its bytes, how many of them were not kept, SHA-256 of all of them."""

    total_bytes: int
    dropped_bytes: int
    sha256: str


class Output:
    def __init__(self, window: Window, secrets: list[str]) -> None:
        self._window = window
        self._maskers = {stream: Masker(secrets) for stream in STREAMS}
        self._hashes = {stream: hashlib.sha256() for stream in STREAMS}
        # The beginning of a character whose rest is still to be read.
        self._unfinished = dict.fromkeys(STREAMS, b"")
        self._changed = threading.Condition()
        self._is_closed = False
        self._started = time.monotonic()
        self._sent = -math.inf

    def add(self, stream: str, data: bytes) -> None:
        with self._changed:
            self._keep(stream, self._whole(stream, self._maskers[stream].feed(data)))

    def close(self) -> None:
        """The end of both streams: what was held back is kept now, and `batches` ends after it."""
        with self._changed:
            for stream in STREAMS:
                self._keep(stream, self._unfinished[stream] + self._maskers[stream].finish())
            self._is_closed = True
            self._changed.notify_all()

    def summaries(self) -> dict[str, StreamSummary]:
        """Final once the output is closed and `batches` has ended."""
        with self._changed:
            return {stream: self._summary(stream) for stream in STREAMS}

    def batches(self) -> Iterator[Batch]:
        """What is to be sent, as it becomes due, until the output is closed and all of it was given."""
        while (batch := self._next()) is not None:
            yield batch

    def _next(self) -> Batch | None:
        with self._changed:
            while not (self._is_closed or (self._window.is_waiting and self._due_in() <= 0)):
                self._changed.wait(self._due_in() if self._window.is_waiting else None)
            self._sent = time.monotonic()
            return self._window.take() if self._window.is_waiting else None

    def _whole(self, stream: str, data: bytes) -> bytes:
        data = self._unfinished[stream] + data
        end = end_of_characters(data)
        self._unfinished[stream] = data[end:]
        return data[:end]

    def _keep(self, stream: str, data: bytes) -> None:
        if data and not self._is_closed:
            was_waiting = self._window.is_waiting
            self._hashes[stream].update(data)
            self._window.add(stream, data)
            if not was_waiting:
                self._changed.notify_all()

    def _due_in(self) -> float:
        """The longer a run lasts the larger are its chunks: a day of dots makes thousands of them, not millions."""
        now = time.monotonic()
        after = min(max(_SENT_AFTER_SECONDS, (now - self._started) / 500), _SENT_AFTER_AT_MOST_SECONDS)
        if self._window.drops:
            after = max(after, _SENT_WHILE_DROPPING_SECONDS)
        return self._sent + after - now

    def _summary(self, stream: str) -> StreamSummary:
        window = self._window
        return StreamSummary(
            window.offsets.get(stream, 0), window.dropped.get(stream, 0), self._hashes[stream].hexdigest()
        )
