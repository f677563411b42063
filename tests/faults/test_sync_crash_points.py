"""Kill a sync at its system calls, one after the other: the catalogue is the old one or the new one, never between."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands.deployment import Prepared
from tests.faults.test_crash_points import CALLS, PARTS, calls_of, places, run
from tests.official.published_folder import publish, publish_many

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
def synchronised(
    prepared: Prepared, folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    runtime_root = tmp_path_factory.mktemp("sync") / "synchronised"
    shutil.copytree(prepared.root, runtime_root)
    filled = step(runtime_root, "prepare", folders[0])
    assert filled.returncode == 0, filled.stderr
    return runtime_root, json.loads(filled.stdout)


@pytest.fixture(scope="module")
def finished(
    synchronised: tuple[Path, Any], folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[str], Any]:
    """Every system call of a whole sync that may change a file, in order, and the catalogue after it."""
    runtime_root = tmp_path_factory.mktemp("counted") / "root"
    shutil.copytree(synchronised[0], runtime_root)
    result = step(runtime_root, "work", folders[1], "-e", f"trace={CALLS}")
    assert result.returncode == 0, result.stderr
    checked = step(runtime_root, "check", folders[1])
    assert checked.returncode == 0, checked.stderr
    return calls_of(runtime_root), json.loads(checked.stdout)["catalogue"]


@pytest.mark.parametrize("part", range(PARTS))
def test_a_sync_killed_at_a_system_call_leaves_the_old_catalogue_or_the_new(
    synchronised: tuple[Path, Any],
    finished: tuple[list[str], Any],
    folders: tuple[Path, Path],
    tmp_path: Path,
    part: int,
) -> None:
    (old_root, old), (calls, new) = synchronised, finished
    assert (old["owner"], new["owner"], len(new["official"])) == ("user", "official", 5)
    for place in places(part, calls):
        runtime_root = tmp_path / f"{place}"
        shutil.copytree(old_root, runtime_root)
        said, found = killed_at(runtime_root, folders[1], calls[place], calls[: place + 1].count(calls[place]))
        check_catalogue(old, new, said, found)


def killed_at(runtime_root: Path, folder: Path, call: str, number: int) -> tuple[str, Any]:
    """Return what a sync said before it was killed, and what is there after that."""
    injection = f"inject={call}:signal=KILL:when={number}"
    killed = step(runtime_root, "work", folder, "-e", f"trace={CALLS}", "-e", injection)
    assert killed.returncode in {-9, 137}, f"{call} number {number}: {killed.stderr}"
    checked = step(runtime_root, "check", folder)
    assert checked.returncode == 0, checked.stderr
    return killed.stdout, json.loads(checked.stdout)


def check_catalogue(old: Any, new: Any, said: str, found: Any) -> None:
    assert found["catalogue"] in (old, new)
    assert found["catalogue"] == new or "done" not in said
    assert found["replica"] == found["catalogue"]["official"]
    assert found["findings"] == []
    assert found["replayed_the_same"]
    assert found["healed"] == new
