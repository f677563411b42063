"""SIGKILL to everything at once, under load, again and again: every acknowledged write is there after each restart."""

import random
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.commands.deployment import Deployment, Prepared
from tests.commands.http_client import HttpClient
from tests.commands.write_load import WriteLoad
from tests.effort import effort, keep_figures

# Each kill ends two server processes, the flusher and all else of `serve` at once.
ROUNDS = effort(gate=2, torture=500)
WRITES_A_ROUND = 10
PAGE = 10_000


def listed_guids(client: HttpClient) -> Iterator[str]:
    """Read the library page by page."""
    for offset in count(step=PAGE):
        _status, part = client.ask("GET", f"/api/assemblies?limit={PAGE}&offset={offset}")
        yield from (item["assembly_guid"] for item in part["results"])
        if not part["next"]:
            return


def test_no_acknowledged_write_is_lost_however_often_all_processes_are_killed(
    prepared: Prepared, tmp_path: Path
) -> None:
    deployment = Deployment.of(prepared, tmp_path / "var", BOREALIS_FLUSH_INTERVAL_SECONDS="1")
    draw = random.Random(20261120)
    acknowledged: list[str] = []
    starts: list[float] = []
    for _round in range(ROUNDS):
        with deployment.serve("--workers", "2") as server:
            starts.append(server.wait_until_it_answers())
            with WriteLoad(server, prepared.token) as load:
                load.wait_for(WRITES_A_ROUND)
                time.sleep(draw.uniform(0, 1.5))
                server.kill_group()
            assert not load.refused
        acknowledged += load.acknowledged
    with deployment.serve() as server:
        server.wait_until_it_answers()
        with server.client(prepared.token) as client:
            listed = set(listed_guids(client))
        assert server.end()[0] == 0
    state = deployment.state()

    starts.sort()
    lost = set(acknowledged) - set(state["guids"])
    keep_figures(
        kills=ROUNDS,
        acknowledged=len(acknowledged),
        lost=len(lost),
        start_p50_seconds=starts[len(starts) // 2],
        start_p99_seconds=starts[int(len(starts) * 0.99)],
    )
    assert len(acknowledged) >= WRITES_A_ROUND * ROUNDS
    assert set(acknowledged) <= listed
    assert set(acknowledged) <= set(state["guids"])
    assert state["pending"] == 0
    verified = deployment.run("verify_library", "--json")
    assert verified.returncode == 0, verified.stdout


@pytest.mark.slow
def test_writes_that_are_acknowledged_too_early_are_found_lost(prepared: Prepared, tmp_path: Path) -> None:
    early = {"DJANGO_SETTINGS_MODULE": "tests.commands.early_acknowledgement"}
    deployment = Deployment.of(prepared, tmp_path / "var", **early)
    with deployment.serve() as server:
        server.wait_until_it_answers()
        with WriteLoad(server, prepared.token, writers=1) as load, server.client(prepared.token) as reader:
            load.wait_for(WRITES_A_ROUND)
            while reader.ask("GET", f"/api/assemblies/{load.acknowledged[0]}")[0] != 200:
                time.sleep(0.01)
            server.kill_group()
    written = set(deployment.state()["guids"])
    assert written & set(load.acknowledged)
    assert set(load.acknowledged) - written
