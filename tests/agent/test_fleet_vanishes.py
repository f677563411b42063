"""A fleet that is gone at once, as when a site loses its line, costs the realtime server nothing afterwards."""

import os
import time
from pathlib import Path

import pytest

from tests.agent.test_fleet_load import DEVICES, Fleet, fleet
from tests.effort import keep_figures
from tests.patience import HANG_SECONDS, within

__all__ = ["fleet"]
pytestmark = [pytest.mark.alone, pytest.mark.slow]
# From the end of the devices on; what it takes is counted over the last third of it.
SECONDS = 30
MAX_PROCESSOR_SHARE, MAX_MEMORY_RATIO = 0.02, 1.2


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_thirty_seconds_after_all_devices_are_gone_nothing_is_left_of_them(fleet: Fleet) -> None:
    empty = fleet.realtime_bytes()
    fleet.let_in()
    parked, agents = fleet.realtime_bytes(), fleet.agents
    assert agents
    agents.kill()
    agents.communicate()
    ended = time.monotonic()
    while fleet.waiting():
        assert time.monotonic() - ended < within(SECONDS) + HANG_SECONDS
        time.sleep(0.5)
    noticed = time.monotonic() - ended
    time.sleep(max(0.0, SECONDS * 2 / 3 - noticed))
    began, before = time.monotonic(), processor_seconds(fleet.realtime.pid)
    time.sleep(SECONDS / 3)
    share = (processor_seconds(fleet.realtime.pid) - before) / (time.monotonic() - began)
    left = fleet.realtime_bytes()
    keep_figures(
        devices=DEVICES, noticed_seconds=noticed, processor_share=share, empty_mb=empty / 1024**2,
        parked_mb=parked / 1024**2, left_mb=left / 1024**2,
    )  # fmt: skip
    assert noticed <= within(SECONDS)
    assert share <= MAX_PROCESSOR_SHARE
    assert left <= MAX_MEMORY_RATIO * parked
