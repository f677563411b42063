"""How much is tried: little in the gate, all of it in `make torture` (docs/testing.md)."""

import os

TORTURE = os.environ.get("TEST_EFFORT") == "torture"


def effort(*, gate: int, torture: int) -> int:
    return torture if TORTURE else gate
