"""SIGKILL to everything at once, under load, again and again: every acknowledged write is there after each restart."""

import random
import time
from pathlib import Path

from tests.commands.deployment import Deployment, Prepared
from tests.commands.write_load import WriteLoad
from tests.effort import effort

ROUNDS = effort(gate=2, torture=25)


def test_no_acknowledged_write_is_lost_however_often_all_processes_are_killed(
    prepared: Prepared, tmp_path: Path
) -> None:
    deployment = Deployment.of(prepared, tmp_path / "var", BOREALIS_FLUSH_INTERVAL_SECONDS="1")
    draw = random.Random(20261120)
    acknowledged: list[str] = []
    for _round in range(ROUNDS):
        with deployment.serve("--workers", "2") as server:
            server.wait_until_it_answers()
            with WriteLoad(server, prepared.token) as load:
                load.wait_for(10)
                time.sleep(draw.uniform(0, 1.5))
                server.kill_group()
            assert not load.refused
        acknowledged += load.acknowledged
    with deployment.serve() as server:
        server.wait_until_it_answers()
        with server.client(prepared.token) as client:
            _status, listed = client.ask("GET", "/api/assemblies?limit=10000")
        assert server.end()[0] == 0
    state = deployment.state()

    assert len(acknowledged) >= 10 * ROUNDS
    assert set(acknowledged) <= {item["assembly_guid"] for item in listed["results"]}
    assert set(acknowledged) <= set(state["guids"])
    assert state["pending"] == 0
    verified = deployment.run("verify_library", "--json")
    assert verified.returncode == 0, verified.stdout
