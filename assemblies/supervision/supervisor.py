"""The process between a worker and one script. It reads an order from stdin, writes events to stdout, and ends last.

It stops the script when told to, at the timeout, when the worker no longer renews or no longer lives, and when it is
told to end itself. Whatever the reason, the tree is swept, the directory removed, all output sent, and only then the
result.
"""

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .directory import RunDirectory, directory_for
from .errors import BrokenFrame, NotStarted, UnsupportedPlatform
from .events import Chunk, Ended, Event, Forgotten, Outcome, Result, Started, frame_of
from .frames import Frame, read_frame, write_frame
from .marker import own_marker
from .order import Order, order_of
from .output import STREAMS, Output
from .preparation import prepare
from .tree import ProcessTree
from .window import Batch, Window

# How often to look whether the worker lives; a pipe's end tells sooner, unless another process inherited it.
_LOOK_SECONDS = 1.0
# A stream that is held open by a process outside of the tree is not waited for.
_DRAIN_SECONDS = 2.0
_ENDING_SIGNALS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGBREAK") if hasattr(signal, name)
]


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    reason: str = ""


class Supervisor:
    def __init__(self, order: Order, directory: Path, orders: BinaryIO, events: BinaryIO) -> None:
        self._order = order
        self._directory = directory
        self._limits = order.limits
        self._orders = orders
        self._events = events
        self._worker = os.getppid()
        self._inbox: queue.SimpleQueue[Verdict | None] = queue.SimpleQueue()
        self._output = Output(Window(self._limits.head_bytes, self._limits.tail_bytes), order.secrets)
        self._lease_ends = float("inf")

    def run(self) -> None:
        self._end_when_told()
        try:
            ended = self._ended()
        except NotStarted as error:
            ended = Ended(Result(Outcome.NOT_STARTED, reason=str(error), code=error.code, ended_at=time.time()))
        self._send(ended)

    def _ended(self) -> Ended:
        """Raises NotStarted."""
        directory = RunDirectory(self._directory)
        try:
            prepared = prepare(self._order, directory)
            tree = _new_tree()
            pipes = tree.start(prepared.command)
        except NotStarted:
            directory.remove()
            raise
        # They are on the disk now, and may be large.
        self._order.files.clear()
        self._send(Started(time.time(), prepared.executed_sha256))
        try:
            return self._supervised(tree, pipes, directory)
        except BaseException:
            # No thread, no memory: whatever is missing here, nothing of the script goes on.
            tree.sweep(grace_seconds=0, give_up_seconds=self._limits.give_up_seconds)
            raise

    def _end_when_told(self) -> None:
        told = Verdict(Outcome.CANCELED, "The supervisor was told to end.")
        for number in _ENDING_SIGNALS:
            signal.signal(number, lambda *_: self._inbox.put(told))

    def _supervised(self, tree: ProcessTree, pipes: tuple[int, int], directory: RunDirectory) -> Ended:
        started = time.monotonic()
        readers = [_thread(self._read, stream, pipe) for stream, pipe in zip(STREAMS, pipes, strict=True)]
        sender = _thread(self._send_output)
        _thread(self._wait_for_script, tree)
        _thread(self._obey)
        verdict = self._verdict(started)
        limits = self._limits
        if verdict.outcome is Outcome.EXITED:
            tree.is_empty_within(limits.linger_seconds)
        swept = tree.sweep(grace_seconds=limits.grace_seconds, give_up_seconds=limits.give_up_seconds)
        ended = time.monotonic()
        for reader in readers:
            reader.join(_DRAIN_SECONDS)
        directory_left = directory.remove()
        self._output.close()
        sender.join()
        status = tree.exit()
        return Ended(
            Result(
                outcome=verdict.outcome,
                exit_code=status.code,
                signal=status.signal,
                reason=verdict.reason,
                ended_at=time.time(),
                duration_seconds=ended - started,
                swept=swept.ended,
                left=swept.left,
                directory_left=directory_left,
                output=self._output.summaries(),
            )
        )

    def _verdict(self, started: float) -> Verdict:
        """Why the run is over, once it is."""
        self._renew()
        times_out = started + self._limits.timeout_seconds
        while True:
            wait = min(times_out - time.monotonic(), self._lease_ends - time.monotonic(), _LOOK_SECONDS)
            # What happened before a time was reached counts before it.
            with suppress(queue.Empty):
                if verdict := self._inbox.get(timeout=max(wait, 0)):
                    return verdict
                self._renew()
                continue
            if time.monotonic() >= times_out:
                return Verdict(Outcome.TIMED_OUT)
            if time.monotonic() >= self._lease_ends:
                return Verdict(Outcome.LEASE_LOST)
            if sys.platform != "win32" and os.getppid() != self._worker:
                return Verdict(Outcome.WORKER_LOST)

    def _renew(self) -> None:
        if self._limits.lease_seconds:
            self._lease_ends = time.monotonic() + self._limits.lease_seconds

    def _obey(self) -> None:
        """What the worker says; the end of its pipe is the end of the worker."""
        with suppress(BrokenFrame, OSError):
            while frame := read_frame(self._orders):
                if frame.kind == "renew":
                    self._inbox.put(None)
                else:
                    self._inbox.put(Verdict(Outcome.CANCELED, str(frame.fields.get("reason", ""))))
        self._inbox.put(Verdict(Outcome.WORKER_LOST))

    def _wait_for_script(self, tree: ProcessTree) -> None:
        tree.wait()
        self._inbox.put(Verdict(Outcome.EXITED))

    def _read(self, stream: str, pipe: int) -> None:
        with suppress(OSError):
            while data := os.read(pipe, 65536):
                self._output.add(stream, data)

    def _send_output(self) -> None:
        for batch in self._output.batches():
            for event in _events_of(batch):
                self._send(event)

    def _send(self, event: Event) -> None:
        # A worker that ended hears nothing; the sweep does not depend on it.
        with suppress(OSError):
            write_frame(self._events, frame_of(event))


def main() -> None:
    """The whole life of a supervisor process."""
    if sys.platform != "win32":
        # The worker's threads may have blocked signals; a script is to find none blocked.
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
    orders, events = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(null, descriptor)
    with suppress(BrokenFrame):
        if (order := order_of(_frames(orders))) and (marker := own_marker()):
            Supervisor(order, directory_for(marker, order.base), orders, events).run()


def _frames(stream: BinaryIO) -> Iterator[Frame]:
    while frame := read_frame(stream):
        yield frame


def _events_of(batch: Batch) -> Iterator[Event]:
    if batch.forgotten:
        yield Forgotten(batch.forgotten.start, batch.forgotten.stop - 1)
    for piece in batch.pieces:
        yield Chunk(piece.number, piece.stream, piece.offset, piece.data)


def _thread(target: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def _new_tree() -> ProcessTree:
    """Return this system's process tree. Raises UnsupportedPlatform."""
    if sys.platform == "win32":
        from .windows import JobTree

        return JobTree()
    if sys.platform == "linux":
        from .linux import ReapedTree

        return ReapedTree()
    raise UnsupportedPlatform
