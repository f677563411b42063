"""How much is tried, little in the gate and all of it in `make torture`, and what was measured (docs/testing.md)."""

import json
import os
from pathlib import Path

TORTURE = os.environ.get("TEST_EFFORT") == "torture"


def effort(*, gate: int, torture: int) -> int:
    return torture if TORTURE else gate


def keep_figures(**figures: float) -> None:
    """Append what a test measured to the file that TEST_FIGURES names, one JSON object a line, with the test's name."""
    if file := os.environ.get("TEST_FIGURES"):
        test = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0]
        line = {"test": test} | {name: round(value, 3) for name, value in figures.items()}
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(f"{json.dumps(line)}\n")
