"""Payloads of the journal get their files: a row goes when its file, and each folder that names it, is on the disk.

A kill cannot show a missing fsync, so the order of the system calls is read from strace; the oracle that judges it is
shown to object to planted faults.
"""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.commands.deployment import Prepared
from tests.faults.test_crash_points import run
from tests.payloads.test_payload_crashes import whole_calls

CALLS = "write,fsync,fdatasync,renameat,renameat2,rename,mkdirat,mkdir,pwrite64"
PROCESS = [sys.executable, "-m", "tests.faults.payload_files_process"]

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]


def traced(prepared: Prepared, runtime_root: Path, fault: str) -> tuple[str, list[str]]:
    """Return what the process printed, and the calls after the last assembly was acknowledged."""
    shutil.copytree(prepared.root, runtime_root)
    trace = runtime_root / "trace"
    done = run(
        runtime_root, "strace", "-f", "-y", "-s", "64", "-e", f"trace={CALLS}", "-o", str(trace), *PROCESS, fault
    )
    assert done.returncode == 0, done.stderr
    lines = list(whole_calls(trace.read_text()))
    created = next(number for number, line in enumerate(lines) if line.startswith("write(1<") and "created" in line)
    return done.stdout.split()[-1], lines[created:]


def broken_promises(lines: list[str]) -> list[str]:
    """Return what was not durable when the database was written to: from then on nobody asks for the row."""
    unsynced: set[str] = set()
    broken: list[str] = []
    renamed = False
    for line in lines:
        if found := re.match(r"f(data)?sync\(\d+<(?P<path>[^>]*)>\) += 0", line):
            unsynced = {one for one in unsynced if found["path"] not in {one, str(Path(one).parent)}}
        elif found := re.match(r'mkdirat\(\d+<(?P<folder>[^>]*)>, "(?P<name>[^"]*)", \d+\) += 0', line):
            # An entry of the folder above, which the fsync of the new folder itself does not make durable.
            unsynced.add(f"{found['folder']}/{found['name']} ")
        elif found := re.match(
            r'renameat2?\(\d+<(?P<folder>[^>]*)>, "(?P<old>[^"]*)", \d+<[^>]*>, "(?P<new>\w+)"', line
        ):
            if f"{found['folder']}/{found['old']}" in unsynced:
                broken.append("renamed before its content was fsynced")
            unsynced.add(f"{found['folder']}/{found['new']}")
            renamed = True
        elif found := re.match(r"write\(\d+<(?P<path>[^>]*\.tmp)>, ", line):
            unsynced.add(found["path"])
        elif re.match(r"pwrite64\(\d+<[^>]*engine\.db-wal>", line):
            broken += [f"not fsynced: {path}" for path in sorted(unsynced)] if renamed else ["before its file"]
    return broken


def test_a_row_goes_when_its_file_and_the_folders_are_durable(prepared: Prepared, tmp_path: Path) -> None:
    written, lines = traced(prepared, tmp_path / "root", "")
    assert written == "3"
    assert sum("renameat" in line and '"payload"' in line for line in lines) == 3
    assert broken_promises(lines) == []


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("no fsync of files", "renamed before"),
        ("no fsync of folders", "not fsynced: "),
        ("rows first", "before its file"),
    ],
)
def test_the_oracle_objects_to_a_planted_fault(prepared: Prepared, tmp_path: Path, fault: str, complaint: str) -> None:
    found = broken_promises(traced(prepared, tmp_path / "root", fault)[1])
    assert found
    assert found[0].startswith(complaint)
