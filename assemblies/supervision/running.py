"""A run as its worker holds it: it takes events, renews, and may cancel.

Any thread may renew or cancel; one takes events. A worker that neither reads nor lives does the script no harm: output
that is not taken is dropped by rule, and the supervisor ends the run where the worker has ended.
"""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from .directory import directory_for, remove_tree
from .errors import BrokenFrame, UnsupportedPlatform
from .events import Ended, Event, Outcome, Result, event_of
from .frames import Frame, read_frame, write_frame
from .marker import MARKER_NAME, Marker, marker_for
from .order import Order
from .orphans import sweep_run

# Beyond the times of the order: a supervisor that has not ended by then is stuck, or stopped by its script.
_MARGIN_SECONDS = 30.0
_MAX_EVENTS_WAITING = 64
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from {package}.supervisor import main; main()"


def supervise(order: Order) -> "RunningScript":
    """Starts a supervisor and gives it the order. The script's own start, or why there was none, is an event.

    Raises InvalidOrder, UnsupportedPlatform, and OSError where no process can be started.
    """
    order.check()
    if sys.platform not in ("linux", "win32"):
        raise UnsupportedPlatform
    marker = marker_for(order.owner)
    # A folder, or the one file that everything is in.
    root = Path(__file__).absolute().parents[len(__package__.split("."))]
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", _START.format(package=__package__), str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {MARKER_NAME: str(marker)},
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    return RunningScript(order, process, marker)


class RunningScript:
    """A run from its order to its end. As a context it is canceled when left early, and over when left."""

    def __init__(self, order: Order, process: "subprocess.Popen[bytes]", marker: Marker) -> None:
        self._limits = order.limits
        self._process = process
        self._orders, self._events = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        self._marker = marker
        self._result: Result | None = None
        self.directory = directory_for(marker, order.base)
        self._waiting: queue.Queue[Event] = queue.Queue(_MAX_EVENTS_WAITING)
        self._speaking = threading.Lock()
        self._stuck_at = time.monotonic() + order.limits.timeout_seconds + self._ending_seconds()
        for frame in order.frames():
            self._say(frame)
        if sys.platform != "win32":
            # From here on a supervisor that is stopped, and reads nothing, does not stop the thread that renews.
            os.set_blocking(self._orders.fileno(), False)
        threading.Thread(target=self._hear, name=f"run-{marker.run}", daemon=True).start()

    @property
    def result(self) -> Result | None:
        """How it ended, once Ended was taken."""
        return self._result

    def next_event(self, timeout_seconds: float | None = None) -> Event | None:
        """The next event, or None where none came within the time or the last one was taken."""
        until = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while self._result is None:
            now = time.monotonic()
            if now >= self._stuck_at:
                self._give_up()
            with suppress(queue.Empty):
                wait = 1.0 if until is None else min(max(until - now, 0), 1.0)
                return self._taken(self._waiting.get(timeout=wait))
            if until is not None and time.monotonic() >= until:
                break
        return None

    def events(self) -> Iterator[Event]:
        """All events, as they come, Ended last."""
        while event := self.next_event():
            yield event

    def renew(self) -> None:
        """The worker still holds its lease: the run may go on for `lease_seconds` from now."""
        self._say(Frame("renew"))

    def cancel(self, reason: str = "") -> None:
        """Stops the script. Ended follows when none of its processes is left; it is too late once the script ended."""
        self._stuck_at = min(self._stuck_at, time.monotonic() + self._ending_seconds())
        self._say(Frame("cancel", {"reason": reason}))
        if sys.platform != "win32":
            # A script may have stopped its supervisor.
            self._process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._result is None:
            self.cancel("The worker left it.")
        for _ in self.events():
            pass

    def _ending_seconds(self) -> float:
        limits = self._limits
        return limits.grace_seconds + limits.linger_seconds + 2 * limits.give_up_seconds + _MARGIN_SECONDS

    def _give_up(self) -> None:
        """What follows is `supervisor_lost`."""
        self._stuck_at = float("inf")
        self._process.kill()

    def _say(self, frame: Frame) -> None:
        # A supervisor that is no longer there is heard of by its silence.
        with self._speaking, suppress(OSError, ValueError):
            write_frame(self._orders, frame)

    def _taken(self, event: Event) -> Event:
        if isinstance(event, Ended):
            self._result = event.result
        return event

    def _hear(self) -> None:
        ended: Event | None = None
        with suppress(BrokenFrame, OSError):
            while ended is None and (frame := read_frame(self._events)):
                event = event_of(frame)
                if isinstance(event, Ended):
                    ended = event
                    break
                self._waiting.put(event)
        self._close()
        self._waiting.put(ended or self._lost())

    def _close(self) -> None:
        with self._speaking, suppress(OSError):
            self._orders.close()
        self._events.close()
        if sys.platform != "win32":
            self._process.send_signal(signal.SIGCONT)
        self._process.wait()

    def _lost(self) -> Ended:
        swept = sweep_run(self._marker, grace_seconds=self._limits.grace_seconds)
        left = remove_tree(self.directory) if self.directory.exists() else ""
        return Ended(
            Result(
                Outcome.SUPERVISOR_LOST,
                ended_at=time.time(),
                swept=swept.ended,
                left=swept.left,
                directory_left=left,
            )
        )
