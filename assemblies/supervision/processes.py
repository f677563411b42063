"""Processes as Linux shows them in /proc: reading them, finding a tree of them, signalling one and no other."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# Not every kernel is built with it; without it each look reads all of /proc.
_KERNEL_LISTS_CHILDREN = Path("/proc/thread-self/children").exists()


@dataclass(frozen=True)
class Process:
    """`started` is in clock ticks since boot: with `pid` it names one process, however often ids are reused."""

    pid: int
    parent: int
    session: int
    started: int
    state: str
    name: str

    @property
    def is_dead(self) -> bool:
        """Ended, but not yet reaped."""
        return self.state in "ZX"


def read_process(pid: int) -> Process | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The name may contain anything, brackets and spaces too; the last bracket ends it.
    before, _, after = stat.rpartition(b")")
    values = after.split()
    name = before.partition(b"(")[2].decode(errors="replace")
    return Process(pid, int(values[1]), int(values[3]), int(values[19]), values[0].decode(), name)


def all_processes() -> list[Process]:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [process for pid in pids if (process := read_process(pid))]


def children_of(pid: int) -> list[int]:
    """Direct children by id, dead ones too. One may be missing while another one ends."""
    if not _KERNEL_LISTS_CHILDREN:
        return [process.pid for process in all_processes() if process.parent == pid]
    children: list[int] = []
    with suppress(OSError):
        for thread in os.scandir(f"/proc/{pid}/task"):
            with suppress(OSError):
                children += map(int, Path(thread.path, "children").read_bytes().split())
    return children


def descendants(roots: Iterable[int]) -> list[Process]:
    """Everything below the roots, parents first; the roots themselves are left out."""
    found: dict[int, Process] = {}
    pending = deque(roots)
    while pending:
        for child in children_of(pending.popleft()):
            if child not in found and (process := read_process(child)):
                found[child] = process
                pending.append(child)
    return list(found.values())


def newest_pids() -> range:
    """The ids given last: there a process is found that is another one before all of /proc has been read."""
    newest = int(Path("/proc/loadavg").read_text().split()[-1])
    return range(max(newest - 12, 1), newest + 3)


def is_running(pid: int, started: int) -> bool:
    process = read_process(pid)
    return process is not None and process.started == started and not process.is_dead


def send(process: Process, *signals: signal.Signals) -> None:
    """Signals this very process; where its id was given to another one meanwhile, nothing is sent.

    A process that may not be signalled (another account's) is left to the caller's patience.
    """
    with suppress(ProcessLookupError, PermissionError), _handle_of(process.pid) as send_by_handle:
        # The handle keeps to the process it was opened for: what it names is compared after opening.
        if is_running(process.pid, process.started):
            for number in signals:
                send_by_handle(number)


@contextmanager
def _handle_of(pid: int) -> Iterator[Callable[[signal.Signals], None]]:
    """Before Linux 5.3 there are no handles: then an id could, for microseconds, be another process's."""
    try:
        handle = os.pidfd_open(pid)
    except (AttributeError, OSError) as error:
        if isinstance(error, ProcessLookupError):
            raise
        yield lambda number: os.kill(pid, number)
        return
    try:
        yield lambda number: signal.pidfd_send_signal(handle, number)
    finally:
        os.close(handle)
