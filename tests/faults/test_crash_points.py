"""Kill a writing process at its system calls, one after the other: no acknowledged change is lost, none is torn.

The gate tries a few calls from the first to the last, `make torture` every one.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands.deployment import Prepared
from tests.effort import TORTURE, effort
from tests.patience import HANG_SECONDS

ROOT = Path(__file__).resolve().parents[2]
CALLS = "fsync,fdatasync,rename,renameat,renameat2,pwrite64,unlink,unlinkat,ftruncate,mkdir,mkdirat"
PARTS = effort(gate=6, torture=24)

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]


def run(runtime_root: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BOREALIS_", "COV"))}
    environment |= {"BOREALIS_RUNTIME_ROOT": str(runtime_root), "PYTHONPATH": str(ROOT)}
    # In a fresh clone the first process would write what it compiles, and the next one would not: other system calls.
    environment |= {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        argv, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=HANG_SECONDS, check=False
    )


def work(runtime_root: Path, *strace: str) -> subprocess.CompletedProcess[str]:
    process = [sys.executable, "-m", "tests.faults.crash_process", "work"]
    return run(runtime_root, "strace", "-f", "-o", str(runtime_root / "trace"), *strace, *process)


def places(part: int, calls: list[str]) -> list[int]:
    """Return which calls a part of the test kills at: in the gate one of those spread evenly, at length its share."""
    return list(range(part, len(calls), PARTS)) if TORTURE else [part * (len(calls) - 1) // (PARTS - 1)]


@pytest.fixture(scope="module")
def calls(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every system call of the whole work that may change a file, in order."""
    runtime_root = tmp_path_factory.mktemp("counted") / "root"
    shutil.copytree(prepared.root, runtime_root)
    result = work(runtime_root, "-e", f"trace={CALLS}")
    assert result.returncode == 0, result.stderr
    return calls_of(runtime_root)


def calls_of(runtime_root: Path) -> list[str]:
    """Read the calls from the trace. All are of one thread: strace counts those of another for itself."""
    found = re.findall(r"^(\d+) +(\w+)\(", (runtime_root / "trace").read_text(), re.MULTILINE)
    assert len({thread for thread, _call in found}) == 1
    return [call for _thread, call in found]


@pytest.mark.parametrize("part", range(PARTS))
def test_a_process_killed_at_a_system_call_loses_nothing(
    prepared: Prepared, calls: list[str], tmp_path: Path, part: int
) -> None:
    for place in places(part, calls):
        call, number = calls[place], calls[: place + 1].count(calls[place])
        check_kill(prepared, tmp_path / f"{place}", call, number)


def check_kill(prepared: Prepared, runtime_root: Path, call: str, number: int) -> None:
    shutil.copytree(prepared.root, runtime_root)
    killed = work(runtime_root, "-e", f"trace={CALLS}", "-e", f"inject={call}:signal=KILL:when={number}")
    assert killed.returncode in {-9, 137}, f"{call} number {number}: {killed.stderr}"
    acknowledged: list[list[Any]] = [pair for line in killed.stdout.splitlines() for pair in json.loads(line)]

    checked = run(runtime_root, sys.executable, "-m", "tests.faults.crash_process", "check")
    assert checked.returncode == 0, checked.stderr
    found = json.loads(checked.stdout)
    assert [pair for pair in acknowledged if pair not in found["journal"]] == []
    assert len(found["journal"]) in {0, 1, 2, 5, 6, 7, 8, 9}, "an import is all of its documents or none"
    assert found["findings"] == []
    assert found["rows_left"] == 0, "each payload has its file, and is nowhere else"
    assert found["replayed_the_same"]
    assert found["writable"]
