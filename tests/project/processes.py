"""Run the project in processes of its own, as a fresh machine would: no test settings, one SQLite build."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.patience import HANG_SECONDS

Names = dict[str, str]
PROJECT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("BOREALIS_", "DJANGO_")
# Coverage's own start-up loads the standard library's sqlite3 before the project can choose another.
MEASURING = ("COVERAGE_", "COV_")


def clean_environment(runtime_root: Path, names: Mapping[str, str] | None = None, *, measured: bool = False) -> Names:
    """Return the environment of a fresh machine, with `names` as BOREALIS_ settings."""
    left_out = LEFT_OUT if measured else LEFT_OUT + MEASURING
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    ours = {f"BOREALIS_{name}": value for name, value in (names or {}).items()}
    return kept | {"BOREALIS_RUNTIME_ROOT": str(runtime_root), "PYTHONWARNINGS": "default"} | ours


def run_python(
    *arguments: str, runtime_root: Path, names: Mapping[str, str] | None = None, measured: bool = False
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=clean_environment(runtime_root, names, measured=measured),
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )
