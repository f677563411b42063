"""The mark in the environment of every process of a run, by which a later worker finds what an earlier one left.

It names the library, the run, and the worker whose end makes the processes orphans. A process id alone names nothing
for long; with its start time and its namespace it names one process until the machine restarts.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

MARKER_NAME = "BOREALIS_SUPERVISED"


@dataclass(frozen=True)
class Marker:
    owner: str
    run: str
    namespace: int
    worker: int
    worker_started: int

    def __str__(self) -> str:
        return f"{self.owner}/{self.run}/{self.namespace}/{self.worker}/{self.worker_started}"


def marker_for(owner: str) -> Marker:
    """A new run's mark, in the name of this process as its worker."""
    return Marker(owner, os.urandom(16).hex(), own_namespace(), os.getpid(), _started(os.getpid()))


def own_marker() -> Marker | None:
    """The mark of the run that this process is part of."""
    return _parsed(os.environ.get(MARKER_NAME, ""))


def marker_from(environ: bytes) -> Marker | None:
    """The mark in an environment block, as /proc shows it."""
    for line in environ.split(b"\0"):
        name, _, value = line.partition(b"=")
        if name == MARKER_NAME.encode():
            return _parsed(value.decode(errors="replace"))
    return None


def own_namespace() -> int:
    """What tells this process's process ids from those of another container. 0 on Windows."""
    return 0 if sys.platform == "win32" else Path("/proc/self/ns/pid").stat().st_ino


def _parsed(value: str) -> Marker | None:
    parts = value.split("/")
    if len(parts) != 5 or not all(part.isdecimal() for part in parts[2:]):
        return None
    namespace, worker, worker_started = (int(part) for part in parts[2:])
    return Marker(parts[0], parts[1], namespace, worker, worker_started)


def _started(pid: int) -> int:
    if sys.platform == "win32":
        return 0
    from .processes import read_process

    process = read_process(pid)
    return process.started if process else 0
