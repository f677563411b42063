"""Real disks for tests, small enough to fill up and unmounted when a test says so."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# The account that owns nothing.
NOBODY = 65534


@contextmanager
def mounted(folder: Path, *, size: str) -> Iterator[Path]:
    """Mount a file system in memory; skips the test where that cannot be done."""
    mount(folder, size=size)
    try:
        yield folder
    finally:
        if folder.is_mount():
            unmount(folder)


def mount(folder: Path, *, size: str) -> None:
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("a small file system is mounted for this test, which takes root on Linux")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {done.stderr.strip()}")


def unmount(folder: Path) -> None:
    subprocess.run(["umount", folder], check=True)


def remount(folder: Path, options: str) -> None:
    """Change a mounted file system: `ro`, `rw`, `size=…`."""
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


def fill_up(folder: Path) -> Path:
    """Fill the disk to its last byte; return the file that does."""
    file = folder / "somebody-elses.log"
    with file.open("ab", buffering=0) as filling:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    filling.write(bytes(size))
            except OSError as error:
                assert error.errno == errno.ENOSPC
    return file
