"""Write the table again from what the server answers now: `python -m tests.matrix.write_table [PREFIX …]`.

With prefixes only routes that begin with one of them are asked, and the rest of the table stays as it is.

What it writes is no truth: read every line that changed against the contract before it is checked in.
"""

import os
import sys
from collections.abc import Mapping

import pytest


class Recorder:
    """A plugin of pytest that keeps the outcomes of routes with one of `prefixes` instead of comparing them."""

    def __init__(self, prefixes: tuple[str, ...]) -> None:
        self.prefixes = prefixes
        self.found: dict[str, Mapping[object, str]] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        config.matrix_outcomes = self.found.__setitem__  # type: ignore[attr-defined]
        config.matrix_prefixes = self.prefixes  # type: ignore[attr-defined]


def main() -> int:
    os.environ["TEST_EFFORT"] = "torture"
    recorder = Recorder(tuple(sys.argv[1:]))
    code = pytest.main(["tests/matrix", "-q", "-p", "no:randomly", "-k", "every_outcome"], plugins=[recorder])
    if code == pytest.ExitCode.OK:
        from tests.matrix import table
        from tests.matrix.identities import IDENTITIES
        from tests.matrix.routes import all_cells

        kept = table.read() if recorder.prefixes else {}
        cells = {
            cell: {name: recorder.found[name][cell] for name in IDENTITIES if cell in recorder.found[name]}
            for cell in all_cells()
        }
        table.write({cell: outcomes or kept[cell] for cell, outcomes in cells.items()})
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
