"""Kill a sync at its system calls, one after the other: the shelf is the old one or the new one, never between."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.faults.test_crash_points import CALLS, run
from tests.official.published_folder import publish, publish_many

POINTS = int(os.environ.get("SYNC_CRASH_POINTS", "8"))

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]


def step(runtime_root: Path, what: str, folder: Path, *strace: str) -> subprocess.CompletedProcess[str]:
    process = [sys.executable, "-m", "tests.faults.sync_process", what, str(folder)]
    trace = ["strace", "-f", "-o", str(runtime_root / "trace"), *strace] if strace else []
    return run(runtime_root, *trace, *process)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The old catalogue and the new one, which changes, adds, removes and claims."""
    old, new = tmp_path_factory.mktemp("old"), tmp_path_factory.mktemp("new")
    publish_many(old, 4)
    publish_many(new, 3)
    publish(new, 1, script="echo better\n")
    publish(new, 5)
    publish(new, 7)
    return old, new


@pytest.fixture(scope="module")
def prepared(folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    runtime_root = tmp_path_factory.mktemp("sync") / "prepared"
    result = run(runtime_root, sys.executable, "manage.py", "prepare")
    assert result.returncode == 0, result.stderr
    filled = step(runtime_root, "prepare", folders[0])
    assert filled.returncode == 0, filled.stderr
    return runtime_root, json.loads(filled.stdout)


@pytest.fixture(scope="module")
def finished(
    prepared: tuple[Path, Any], folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[str], Any]:
    """Every system call of a whole sync that may change a file, in order, and the shelf after it."""
    runtime_root = tmp_path_factory.mktemp("counted") / "root"
    shutil.copytree(prepared[0], runtime_root)
    result = step(runtime_root, "work", folders[1], "-e", f"trace={CALLS}")
    assert result.returncode == 0, result.stderr
    checked = step(runtime_root, "check", folders[1])
    assert checked.returncode == 0, checked.stderr
    calls = re.findall(r"^\d+ +(\w+)\(", (runtime_root / "trace").read_text(), re.MULTILINE)
    return calls, json.loads(checked.stdout)["shelf"]


@pytest.mark.parametrize("point", range(POINTS))
def test_a_sync_killed_at_a_system_call_leaves_the_old_shelf_or_the_new(
    prepared: tuple[Path, Any], finished: tuple[list[str], Any], folders: tuple[Path, Path], tmp_path: Path, point: int
) -> None:
    (old_root, old), (calls, new) = prepared, finished
    assert (old["owner"], new["owner"], len(new["official"])) == ("user", "official", 5)
    place = point * (len(calls) - 1) // max(POINTS - 1, 1)
    call, number = calls[place], calls[: place + 1].count(calls[place])
    runtime_root = tmp_path / "root"
    shutil.copytree(old_root, runtime_root)
    killed = step(
        runtime_root, "work", folders[1], "-e", f"trace={CALLS}", "-e", f"inject={call}:signal=KILL:when={number}"
    )
    assert killed.returncode in {-9, 137}, f"{call} number {number}: {killed.stderr}"

    checked = step(runtime_root, "check", folders[1])
    assert checked.returncode == 0, checked.stderr
    found = json.loads(checked.stdout)
    assert found["shelf"] in (old, new)
    assert found["shelf"] == new or "done" not in killed.stdout
    assert found["replica"] == found["shelf"]["official"]
    assert found["findings"] == []
    assert found["replayed_the_same"]
    assert found["healed"] == new
