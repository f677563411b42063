"""`put` and `write_files` acknowledge nothing before it is durable, and a process killed at any system call leaves
whole payloads.

A kill cannot show a missing fsync, so the order of the system calls is read from strace; the oracle that judges it is
shown to object to three planted faults.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest

from assemblies.payloads import DurableFileSystemStorage, PayloadReference, PayloadStore

CHUNKS = [20_000, 20_000, 5]
CONTENT = b"A" * 20_000 + b"B" * 20_000 + b"C" * 5
CALLS_THAT_CHANGE_SOMETHING = ["mkdir", "mkdirat", "openat", "write", "fsync", "rename", "renameat", "renameat2"]

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("strace") is None, reason="system calls are watched by strace"
)


@dataclass
class Outcome:
    done: str | None
    exit_code: int
    trace: list[str]


class TracedWriter:
    """A server that has everything imported and forks a writer per payload; each one runs under its own strace."""

    def __init__(self, server: "subprocess.Popen[str]", trace: Path) -> None:
        assert server.stdin is not None
        assert server.stdout is not None
        self.requests: IO[str] = server.stdin
        self.answers: IO[str] = server.stdout
        self.trace = trace

    def put(self, root: Path, *options: str, fault: str = "", together: bool = False) -> Outcome:
        self._ask(json.dumps({"root": str(root), "fault": fault, "chunks": CHUNKS, "together": together}))
        writer = self.answers.readline().strip()
        argv = ["strace", "-f", "-y", "-s", "200", "-p", writer, "-o", str(self.trace), *options]
        with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as strace:
            assert strace.stderr is not None
            attached = strace.stderr.readline()
            if "attached" not in attached:
                strace.wait()
            self._ask("go")
            said = self.answers.readline().split()
            done = said[1] if said[0] == "done" else None
            while said[0] != "exit":
                said = self.answers.readline().split()
            strace.communicate()
        if "attached" not in attached:
            pytest.skip(f"strace may not attach here: {attached.strip()}")
        return Outcome(done, int(said[1]), list(whole_calls(self.trace.read_text())))

    def _ask(self, line: str) -> None:
        self.requests.write(line + "\n")
        self.requests.flush()


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TracedWriter]:
    here = Path(__file__)
    environment = {**os.environ, "PYTHONPATH": str(here.parents[2]), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("COVERAGE_PROCESS_START", None)
    environment.pop("COVERAGE_PROCESS_CONFIG", None)
    argv = [sys.executable, str(here.with_name("write_server.py"))]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as server:
        yield TracedWriter(server, tmp_path_factory.mktemp("strace") / "trace")
        assert server.stdin is not None
        server.stdin.close()


def whole_calls(trace: str) -> Iterator[str]:
    """Yield each call in one line, without its thread, when it returned; another thread's may have come in between."""
    begun: dict[str, str] = {}
    for thread, call in re.findall(r"^(\d+) +(.*)$", trace, re.MULTILINE):
        if call.endswith(" <unfinished ...>"):
            begun[thread] = call.removesuffix(" <unfinished ...>")
        elif found := re.match(r"<\.\.\. \w+ resumed>(.*)", call):
            yield begun.pop(thread) + found[1]
        else:
            yield call


def broken_promises(trace: list[str]) -> list[str]:
    """What was not durable when the writer said done; empty for a writer that keeps its promise."""
    unsynced_files: set[str] = set()
    unsynced_entries: set[str] = set()
    renamed: list[str] = []
    for line in trace:
        if found := re.match(r"fsync\(\d+<(?P<path>.*)>\) += 0", line):
            unsynced_files.discard(found["path"])
            unsynced_entries = {entry for entry in unsynced_entries if os.path.dirname(entry) != found["path"]}  # noqa: PTH120
        elif found := re.match(r'mkdir\("(?P<path>.*)", \d+\) += 0', line):
            unsynced_entries.add(found["path"])
        elif found := re.match(r'mkdirat\(\d+<(?P<directory>.*)>, "(?P<name>.*)", \d+\) += 0', line):
            unsynced_entries.add(f"{found['directory']}/{found['name']}")
        elif found := re.match(
            r'renameat2?\(\d+<(?P<old_directory>.*)>, "(?P<old>.*)", \d+<(?P<directory>.*)>, "(?P<new>[^"]*)"', line
        ):
            renamed.append(f"{found['directory']}/{found['new']}")
            if f"{found['old_directory']}/{found['old']}" in unsynced_files:
                return ["renamed before its content was fsynced"]
            unsynced_entries.add(renamed[-1])
        elif re.match(r'write\(1<.*>, "done', line):
            unkept = sorted(unsynced_files | unsynced_entries)
            return [f"not fsynced: {path}" for path in unkept] if renamed else ["nothing was written yet"]
        elif found := re.match(r"write\(\d+<(?P<path>.*)>, ", line):
            unsynced_files.add(found["path"])
    return ["never said done"]


@pytest.mark.parametrize("together", [False, True])
def test_nothing_is_acknowledged_before_file_and_directories_are_fsynced(
    writer: TracedWriter, tmp_path: Path, *, together: bool
) -> None:
    traced = "trace=write,fsync,rename,renameat,renameat2,mkdir,mkdirat"

    into_a_new_place = writer.put(tmp_path / "new" / "Payloads", "-e", traced, together=together)
    into_a_known_place = writer.put(tmp_path / "new" / "Payloads", "-e", traced, together=together)

    for outcome in (into_a_new_place, into_a_known_place):
        assert outcome.exit_code == 0
        assert broken_promises(outcome.trace) == [], outcome.trace


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("no fsync of files", "renamed before its content was fsynced"),
        ("no fsync of directories", "not fsynced: "),
        ("answers before it has written", "nothing was written yet"),
    ],
)
def test_the_oracle_objects_to_a_planted_fault(
    writer: TracedWriter, tmp_path: Path, fault: str, complaint: str, *, together: bool
) -> None:
    traced = "trace=write,fsync,rename,renameat,renameat2,mkdir,mkdirat"
    outcome = writer.put(tmp_path / "Payloads", "-e", traced, fault=fault, together=together)

    assert outcome.exit_code == 0
    found = broken_promises(outcome.trace)
    assert found
    assert all(promise.startswith(complaint) for promise in found)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("call", CALLS_THAT_CHANGE_SOMETHING)
def test_a_kill_at_any_system_call_leaves_a_whole_payload_or_none(
    writer: TracedWriter, tmp_path: Path, call: str, *, together: bool
) -> None:
    killed = 0
    for root, done in kill_at_each(writer, tmp_path, call, together=together):
        killed += done is None
        assert torn_payloads(root) == []
        if done is not None:
            assert sorted(path.name for path in root.iterdir()) == sorted(done.split(","))
        check_that_it_goes_on_working(root)
    # Strace counts by thread, and which of them calls fsync is left to chance.
    assert killed >= {"write": 3, "fsync": 1 if together else 4, "openat": 4}.get(call, 0)


def test_the_enumeration_finds_a_store_that_writes_in_place(writer: TracedWriter, tmp_path: Path) -> None:
    torn = [torn_payloads(root) for root, _ in kill_at_each(writer, tmp_path, "write", fault="writes in place")]

    assert len(list(filter(None, torn))) == len(CHUNKS)


def kill_at_each(
    writer: TracedWriter, tmp_path: Path, call: str, *, fault: str = "", together: bool = False
) -> Iterator[tuple[Path, str | None]]:
    """Run the writer once per occurrence of the call, killed there, and last of all unharmed."""
    for number in range(1, 100):
        root = tmp_path / str(number) / "Payloads"
        injection = f"inject={call}:signal=KILL:when={number}"
        outcome = writer.put(root, "-e", f"trace={call}", "-e", injection, fault=fault, together=together)
        assert outcome.exit_code in (0, -9)
        yield root, outcome.done
        if outcome.exit_code == 0:
            return
    pytest.fail("the enumeration did not reach the end")


def torn_payloads(root: Path) -> list[str]:
    return [str(payload) for payload in root.glob("*/payload") if payload.read_bytes() != CONTENT]


def check_that_it_goes_on_working(root: Path) -> None:
    store = PayloadStore(DurableFileSystemStorage(root), minimum_free_fraction=0)
    for guid in store.guids():
        store.verify(PayloadReference(guid, hashlib.sha256(CONTENT).hexdigest(), len(CONTENT)))
    assert store.read(store.put(b"still writable")) == b"still writable"
    store.sweep(lambda guids: set(), older_than=datetime.now(UTC) + timedelta(hours=1))
    assert list(root.iterdir()) == []
