"""Ending a set of processes that grows while it is being ended: SIGTERM, a grace, then SIGKILL until none is left."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .processes import Process, send

_KILL_PAUSE_SECONDS = 0.002
_MIN_PAUSE_SECONDS, _MAX_PAUSE_SECONDS = 0.005, 0.1


@dataclass(frozen=True)
class Swept:
    """What a sweep did. `left` names what could not be ended: another account's, or stuck in the kernel."""

    ended: int = 0
    left: list[str] = field(default_factory=list)


class Sweep:
    """`find` gives the processes that are to end, each time as they are then; `kill` ends those that it can.

    A process that may be stopped (SIGSTOP) is continued after SIGTERM, or it would sleep through its grace.
    """

    def __init__(self, find: Callable[[], list[Process]], kill: Callable[[], None] | None = None) -> None:
        self._find = find
        self._kill = kill or self._kill_each
        self._seen: set[tuple[int, int]] = set()

    def run(self, *, grace_seconds: float, give_up_seconds: float) -> Swept:
        for process in self._alive():
            send(process, signal.SIGTERM, signal.SIGCONT)
        self.wait(grace_seconds)
        # What appeared meanwhile may be the end of a trap's own work; from here on nothing is spared.
        until = time.monotonic() + give_up_seconds
        with _going_first():
            while (alive := self._alive()) and time.monotonic() < until:
                self._kill()
                time.sleep(_KILL_PAUSE_SECONDS)
        return Swept(len(self._seen) - len(alive), [f"{process.name} ({process.pid})" for process in alive])

    def wait(self, seconds: float) -> bool:
        """Whether all of them end by themselves within the time."""
        until = time.monotonic() + seconds
        pause = _MIN_PAUSE_SECONDS
        while self._alive():
            if time.monotonic() >= until:
                return False
            time.sleep(pause)
            pause = min(pause * 1.5, _MAX_PAUSE_SECONDS)
        return True

    def _alive(self) -> list[Process]:
        alive = [process for process in self._find() if not process.is_dead]
        self._seen.update((process.pid, process.started) for process in alive)
        return alive

    def _kill_each(self) -> None:
        for process in self._find():
            send(process, signal.SIGKILL)


@contextmanager
def _going_first() -> Iterator[None]:
    """Among thousands of processes that fork, a fair share of the processor is too small. Root may have more."""
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except OSError:
        yield
        return
    try:
        yield
    finally:
        os.sched_setscheduler(0, *before)
