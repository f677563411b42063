"""The process that flushes stands still and wakes again: writes go on, probes say so, and nothing is lost."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.commands.deployment import Deployment, Prepared, RunningServer
from tests.commands.write_load import WriteLoad
from tests.effort import effort, keep_figures
from tests.patience import HANG_SECONDS, within

STOPPED_SECONDS = effort(gate=3, torture=90)
BACK_SECONDS = 5
# Each of what waited gets a file and its row.
SECONDS_A_WRITE = 0.001
pytestmark = [
    pytest.mark.alone,
    # A flush is overdue a minute after it is due.
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows stops no process"),
]


def readiness(server: RunningServer) -> int:
    with server.client() as client:
        return client.ask("GET", "/health/ready")[0]


def wait_for(server: RunningServer, status: int) -> float:
    """Return after how many seconds probes are answered so."""
    began = time.monotonic()
    while readiness(server) != status:
        assert time.monotonic() - began < HANG_SECONDS
        time.sleep(0.1)
    return time.monotonic() - began


def test_a_flusher_that_stands_still_loses_nothing_and_catches_up(prepared: Prepared, tmp_path: Path) -> None:
    deployment = Deployment.of(prepared, tmp_path / "var", BOREALIS_FLUSH_INTERVAL_SECONDS="1")
    with deployment.serve() as server:
        server.wait_until_it_answers()
        wait_for(server, 200)
        # The parent flushes; the server process below it answers on.
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            with WriteLoad(server, prepared.token) as load:
                load.wait_for(10)
                time.sleep(STOPPED_SECONDS)
            overdue_after = wait_for(server, 503)
            assert not load.refused
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        back_after = wait_for(server, 200)
        with server.client(prepared.token) as client:
            body = {"display_name": "Afterwards", "assembly_type": "bash", "payload": "true\n"}
            assert client.ask("POST", "/api/assemblies", body)[0] == 201
        assert server.end()[0] == 0
    state = deployment.state()
    keep_figures(stopped_seconds=STOPPED_SECONDS, acknowledged=len(load.acknowledged), seconds_until_flushed=back_after)
    assert set(load.acknowledged) <= set(state["guids"])
    assert (state["pending"], state["replicas"]["user_created"]) == (0, state["head"])
    limit = BACK_SECONDS + SECONDS_A_WRITE * len(load.acknowledged)
    assert back_after < within(limit), (overdue_after, back_after)
    deployment.answer("verify_library")
