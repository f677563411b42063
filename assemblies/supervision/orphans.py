"""What a killed worker or supervisor left, found by the mark in each process's environment.

Looked for are the marked ones, their descendants and the members of their sessions: one that cleared its environment is
found through its family. One that did so and also left its session and its family is not; while a supervisor lives it
finds that one, too. On Windows the kernel ends what a supervisor leaves.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from .directory import remove_stale
from .marker import Marker, marker_from, own_namespace
from .processes import Process, all_processes, descendants, is_running, newest_pids, read_process, send
from .sweep import Sweep, Swept

_GIVE_UP_SECONDS = 30.0
# Long enough to meet a process that replaces itself every few milliseconds.
_HUNT_SECONDS = 0.05


def sweep_orphans(owner: str, *, base: Path | None = None, grace_seconds: float = 5.0) -> Swept:
    """Ends what workers of this owner that are no longer there left running, and removes their runs' directories.

    For the start of a worker. The runs of workers that live, and those of other owners and containers, are not touched.
    """
    swept = _sweep(lambda marker: marker.owner == owner and not _has_worker(marker), grace_seconds)
    remove_stale(owner, base)
    return swept


def sweep_run(marker: Marker, *, grace_seconds: float = 5.0) -> Swept:
    """Ends what is left of one run whose supervisor is no longer there."""
    return _sweep(lambda found: found.run == marker.run, grace_seconds)


def _sweep(is_wanted: Callable[[Marker], bool], grace_seconds: float) -> Swept:
    if sys.platform != "linux":
        return Swept()
    marked = _Marked(is_wanted)
    return Sweep(marked.find, marked.kill).run(grace_seconds=grace_seconds, give_up_seconds=_GIVE_UP_SECONDS)


class _Marked:
    def __init__(self, is_wanted: Callable[[Marker], bool]) -> None:
        self._is_wanted = is_wanted
        self._namespace = own_namespace()

    def find(self) -> list[Process]:
        processes = all_processes()
        marked = [process for process in processes if self._has_mark(process)]
        # A session that began outside of a container has the number 0 within.
        sessions = {process.session for process in marked} - {0}
        family = [process for process in processes if process.session in sessions]
        family += descendants([process.pid for process in marked])
        mine = _ancestry(processes)
        found = {process.pid: process for process in [*marked, *family] if process.pid not in mine}
        return list(found.values()) or list(self._hunted())[:1]

    def kill(self) -> None:
        for process in self.find():
            send(process, signal.SIGKILL)
        for process in self._hunted():
            send(process, signal.SIGKILL)

    def _hunted(self) -> Iterator[Process]:
        """Those that come and go while /proc is read."""
        until = time.monotonic() + _HUNT_SECONDS
        while time.monotonic() < until:
            for pid in newest_pids():
                if pid != os.getpid() and (process := read_process(pid)) and self._has_mark(process):
                    yield process

    def _has_mark(self, process: Process) -> bool:
        with suppress(OSError):
            marker = marker_from(Path(f"/proc/{process.pid}/environ").read_bytes())
            return marker is not None and marker.namespace == self._namespace and self._is_wanted(marker)
        return False


def _has_worker(marker: Marker) -> bool:
    return is_running(marker.worker, marker.worker_started)


def _ancestry(processes: list[Process]) -> set[int]:
    """This process and those above it: a worker that a run started does not end itself."""
    parents = {process.pid: process.parent for process in processes}
    mine: set[int] = set()
    pid = os.getpid()
    while pid and pid not in mine:
        mine.add(pid)
        pid = parents.get(pid, 0)
    return mine
