"""Runs as the tests order them, what was heard of one, and which of its processes are there."""

import contextlib
import hashlib
import itertools
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assemblies.supervision import (
    Chunk,
    Content,
    Ended,
    Event,
    Forgotten,
    Language,
    Limits,
    Order,
    Outcome,
    Result,
    RunningScript,
    Started,
    supervise,
)

# What has not come about by then never does.
HANG_SECONDS = 180.0
_numbers = itertools.count()


def new_owner() -> str:
    """A name that no other test's processes carry."""
    return f"test-{os.getpid()}-{next(_numbers)}x"


def bash(script: str | bytes, *, script_sha256: str = "", limits: dict[str, Any] | None = None, **fields: Any) -> Order:
    data = script.encode() if isinstance(script, str) else script
    content = Content.of(data) if not script_sha256 else Content(data, script_sha256)
    within = {"timeout_seconds": 60.0, "grace_seconds": 0.5} | (limits or {})
    given = {"language": Language.BASH, "owner": new_owner()} | fields
    return Order(script=content, limits=Limits(**within), **given)


@dataclass
class Heard:
    """What a worker has of a run: the chunks it would have stored, and everything else in order."""

    directory: Path
    events: list[Event] = field(default_factory=list)
    chunks: dict[int, Chunk] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Chunk):
            assert event.number not in self.chunks
            self.chunks[event.number] = event
        if isinstance(event, Forgotten):
            for number in range(event.first, event.last + 1):
                del self.chunks[number]

    def text(self, stream: str = "stdout") -> bytes:
        return b"".join(chunk.data for _, chunk in sorted(self.chunks.items()) if chunk.stream == stream)

    @property
    def result(self) -> Result:
        last = self.events[-1]
        assert isinstance(last, Ended)
        return last.result

    @property
    def started(self) -> Started:
        first = self.events[0]
        assert isinstance(first, Started)
        return first


def heard_of(running: RunningScript) -> Heard:
    """All of a run, to its end."""
    heard = Heard(running.directory)
    for event in running.events():
        heard.take(event)
    return heard


def run(order: Order) -> Heard:
    heard = heard_of(supervise(order))
    assert not processes_of(order.owner)
    return heard


def exited(order: Order) -> Heard:
    """A run that is expected to start and to end by itself."""
    heard = run(order)
    assert heard.result.outcome is Outcome.EXITED, heard.result
    assert not heard.directory.exists()
    return heard


def processes_of(owner: str) -> list[str]:
    """Live processes that carry the name in their command or environment, but for those of this test process."""
    found = [pid for pid in _pids() if _carries(pid, owner.encode())]
    # One that is another one every millisecond is never where a list of /proc says.
    ends = time.monotonic() + 0.02
    while not found and time.monotonic() < ends:
        newest = int(Path("/proc/loadavg").read_text().split()[-1])
        found = [pid for pid in range(newest - 12, newest + 3) if pid != os.getpid() and _carries(pid, owner.encode())]
    return [f"{pid}: {_read(pid, 'cmdline')!r}" for pid in found]


def end_all_of(owner: str) -> None:
    """What a failed test left, and the directories of runs whose supervisor a test killed."""
    until(lambda: not _killed(processes_of(owner)))
    for path in Path(tempfile.gettempdir()).glob(f"borealis-run-{owner}-*"):
        shutil.rmtree(path)


def until(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + HANG_SECONDS
    while not condition():
        assert time.monotonic() < ends, "this did not come about in time"
        time.sleep(0.02)


def sha256_of(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _pids() -> list[int]:
    return [
        int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal() and int(path.name) != os.getpid()
    ]


def _carries(pid: int, name: bytes) -> bool:
    # The dead that nobody has reaped yet have neither a command nor an environment.
    return name in _read(pid, "cmdline") or name in _read(pid, "environ")


def _killed(processes: list[str]) -> list[str]:
    for line in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(line.split(":")[0]), signal.SIGKILL)
    return processes


def _read(pid: int, what: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""
