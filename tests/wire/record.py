"""Record every conversation again: `python -m tests.wire.record`.

What it writes is not right by being written: read each line that differs before it is checked in.
"""

import sys

import pytest


class Recorder:
    """A plugin of pytest that makes the tests write what they would compare."""

    def pytest_configure(self, config: pytest.Config) -> None:
        config.records_wire = True  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(pytest.main(["tests/wire", "-q", "-p", "no:randomly", "-k", "recorded_one"], plugins=[Recorder()]))
