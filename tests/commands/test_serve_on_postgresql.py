"""`serve` over four PostgreSQL databases: what holds on SQLite files holds there, too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assemblies.databases import BY_ALIAS
from tests.commands.deployment import Deployment
from tests.commands.postgresql_databases import databases_made, on_postgresql
from tests.commands.write_load import WriteLoad

ALIASES = ("default", "official", "community", "user_created")

pytestmark = on_postgresql


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """A deployment on four databases of its own, dropped afterwards."""
    with databases_made(ALIASES) as urls:
        settings = {f"BOREALIS_{BY_ALIAS[alias].url_setting}": url for alias, url in urls.items()}
        yield Deployment(tmp_path / "var", **settings)


def test_kills_and_an_orderly_end_under_load_lose_nothing(deployment: Deployment) -> None:
    deployment.answer("prepare")
    token = deployment.answer("create_token", "admin")
    acknowledged: list[str] = []
    for orderly in (False, True):
        with deployment.serve("--workers", "2") as server:
            server.wait_until_it_answers()
            with WriteLoad(server, token) as load:
                load.wait_for(20)
                if orderly:
                    assert server.end()[0] == 0
                else:
                    server.kill_group()
        assert not load.refused
        acknowledged += load.acknowledged
    state = deployment.state()

    assert set(acknowledged) <= set(state["guids"])
    assert (state["pending"], state["replicas"]["user_created"]) == (0, state["head"])
    assert deployment.run("verify_library").returncode == 0
