"""Programs that check: found in this installation or on PATH, and run so that no script can make them cost much.

A program reads a script and never runs it. It gets no environment of ours, a directory of its own, and bounds on time,
memory and output; whatever stops it, the caller gets None and says that it did not finish.
"""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from os import name
from pathlib import Path

import environ

MAX_MEMORY_KIB = 512 * 1024
MAX_OUTPUT_BYTES = 8 * 1024 * 1024
# A shell sets the bounds, then becomes the program: setting them between fork and exec is not safe where threads run.
_BOUNDED = 'ulimit -d {memory} 2>/dev/null; ulimit -f {blocks} 2>/dev/null; ulimit -t {seconds} 2>/dev/null; exec "$@"'
_BLOCK_BYTES = 512
# Without it, programs do not start on Windows.
_WINDOWS_NEEDS = ("SYSTEMROOT",)


@dataclass(frozen=True)
class Program:
    """A program that may be installed or not."""

    name: str
    # What it ends with where it did its work, found something or not.
    ended_with: tuple[int, ...] = (0, 1)

    @property
    def path(self) -> str | None:
        """Where it is: next to this interpreter, else on PATH."""
        return _find(self.name)

    @property
    def version(self) -> str:
        """What it says of itself; empty where it is not installed."""
        return _version(self.path) if self.path else ""

    def run(self, arguments: Sequence[str], *, script: bytes = b"", folder: str = "", seconds: int) -> bytes | None:
        """Return what it printed, whatever it ended with; None where it is missing, or was stopped by a bound.

        `script` is its standard input, `folder` the directory it works in (an empty one of its own by default).
        """
        if self.path is None:
            return None
        with tempfile.TemporaryDirectory(prefix="check-") as own, tempfile.TemporaryFile() as output:
            with tempfile.TemporaryFile() as given:
                given.write(script)
                given.seek(0)
                command = _bounded([self.path, *arguments], seconds)
                if not _ended(command, given.fileno(), output.fileno(), folder or own, seconds, self.ended_with):
                    return None
            output.seek(0)
            printed = output.read(MAX_OUTPUT_BYTES + 1)
        return printed if len(printed) <= MAX_OUTPUT_BYTES else None


def _ended(command: Sequence[str], given: int, output: int, folder: str, seconds: int, codes: Sequence[int]) -> bool:
    """Say whether the program ended by itself."""
    try:
        process = subprocess.run(
            command,
            stdin=given,
            stdout=output,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment(),
            # The processor's seconds are bounded, too: these are for a machine that is busy with other things.
            timeout=seconds * 3,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return process.returncode in codes


def _bounded(command: list[str], seconds: int) -> list[str]:
    if name != "posix":
        return command
    bounds = _BOUNDED.format(memory=MAX_MEMORY_KIB, blocks=2 * MAX_OUTPUT_BYTES // _BLOCK_BYTES, seconds=seconds)
    return ["/bin/sh", "-c", bounds, "check", *command]


def environment() -> Mapping[str, str]:
    """Return what every program that checks gets: nothing of ours but what it needs to start."""
    ours = environ.Env.ENVIRON
    return {key: ours[key] for key in _WINDOWS_NEEDS if key in ours} | {"LC_ALL": "C.UTF-8", "NO_COLOR": "1"}


@cache
def _find(program: str) -> str | None:
    places = dict.fromkeys((str(Path(sys.executable).parent), sysconfig.get_path("scripts")))
    return next((path for place in places if (path := shutil.which(program, path=place))), None) or shutil.which(
        program
    )


@cache
def _version(path: str) -> str:
    return words_of([path, "--version"], environment(), seconds=30)


def words_of(command: Sequence[str], variables: Mapping[str, str], *, seconds: int) -> str:
    """Return what a program says of itself, on one line; empty where it does not start, fails or takes too long."""
    try:
        told = subprocess.run(command, capture_output=True, timeout=seconds, check=True, env=variables)
    except (OSError, subprocess.SubprocessError):
        return ""
    return " ".join(told.stdout.decode(errors="replace").split())[:200]
