"""`serve` over four PostgreSQL databases: what holds on SQLite files holds there, too."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest

from tests.commands.deployment import Deployment
from tests.commands.write_load import WriteLoad

SERVER = os.environ.get("BOREALIS_TEST_DATABASE_URL", "")
ALIASES = {"": "default", "OFFICIAL_": "official", "COMMUNITY_": "community", "USER_CREATED_": "user_created"}

pytestmark = [
    pytest.mark.engine,
    pytest.mark.postgresql,
    pytest.mark.skipif(not SERVER.startswith("postgres"), reason="BOREALIS_TEST_DATABASE_URL names no PostgreSQL"),
]


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """A deployment on four databases of its own, dropped afterwards."""
    import psycopg

    mark = uuid4().hex[:8]
    names = {prefix: f"borealis_{mark}_{alias}" for prefix, alias in ALIASES.items()}
    urls = {
        f"BOREALIS_{prefix}DATABASE_URL": urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))
        for prefix, name in names.items()
    }
    with closing(psycopg.connect(SERVER, autocommit=True)) as connection:
        for name in names.values():
            connection.execute(f"CREATE DATABASE {name}")
        yield Deployment(tmp_path / "var", **urls)
        for name in names.values():
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
