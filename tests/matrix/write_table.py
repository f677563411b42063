"""Write the table again from what the server answers now: `python -m tests.matrix.write_table`.

What it writes is no truth: read every line that changed against the contract before it is checked in.
"""

import os
import sys
from collections.abc import Mapping

import pytest


class Recorder:
    """A plugin of pytest that keeps the outcomes instead of comparing them."""

    def __init__(self) -> None:
        self.found: dict[str, Mapping[object, str]] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        config.matrix_outcomes = self.found.__setitem__  # type: ignore[attr-defined]


def main() -> int:
    os.environ["TEST_EFFORT"] = "torture"
    recorder = Recorder()
    code = pytest.main(["tests/matrix", "-q", "-p", "no:randomly", "-k", "every_outcome"], plugins=[recorder])
    if code == pytest.ExitCode.OK:
        from tests.matrix import table
        from tests.matrix.identities import IDENTITIES
        from tests.matrix.routes import all_cells

        cells = {
            cell: {name: recorder.found[name][cell] for name in IDENTITIES if cell in recorder.found[name]}
            for cell in all_cells()
        }
        table.write(cells)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
