"""`move_database`: from SQLite to PostgreSQL and back, with nothing lost between."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assemblies.databases import BY_ALIAS
from tests.commands.calling import call
from tests.commands.deployment import Deployment, Prepared
from tests.commands.postgresql_databases import databases_made, on_postgresql
from tests.commands.write_load import WriteLoad

NEW = {"display_name": "New", "assembly_type": "bash", "payload": "true\n"}


@pytest.fixture
def deployment(prepared: Prepared, tmp_path: Path) -> Deployment:
    return Deployment.of(prepared, tmp_path / "var")


@pytest.fixture
def urls() -> Iterator[dict[str, str]]:
    with databases_made(tuple(BY_ALIAS)) as made:
        yield made


def use(deployment: Deployment, alias: str, url: str) -> None:
    deployment.environment[f"BOREALIS_{BY_ALIAS[alias].url_setting}"] = url


def create(deployment: Deployment, token: str, name: str) -> None:
    with deployment.serve() as server:
        server.wait_until_it_answers()
        with server.client(token) as client:
            assert client.ask("POST", "/api/assemblies", NEW | {"display_name": name})[0] == 201
        assert server.end()[0] == 0


def assert_refused_while_served(deployment: Deployment, targets: dict[str, str]) -> None:
    with deployment.serve() as server:
        server.wait_until_it_answers()
        for alias in {"default", "execution"} & set(targets):
            refused = deployment.run("move_database", alias, targets[alias])
            assert (refused.returncode, "is in use: end serve" in refused.stderr) == (2, True), refused.stderr
        assert server.end()[0] == 0


class TestOnPostgresql:
    pytestmark = on_postgresql

    def test_default_is_moved_there_and_back_with_every_row(
        self, deployment: Deployment, urls: dict[str, str], tmp_path: Path
    ) -> None:
        before = deployment.state()
        there = json.loads(deployment.answer("move_database", "default", urls["default"], "--json"))
        assert (there["alias"], there["tables"]["auth_user"], there["rows"] > 100) == ("default", 1, True)
        use(deployment, "default", urls["default"])
        assert deployment.state() == before
        back = json.loads(deployment.answer("move_database", "default", f"sqlite:///{tmp_path}/back.db", "--json"))
        assert back["tables"] == there["tables"]

    def test_the_old_place_refuses_changes_until_the_move_is_given_up(
        self, deployment: Deployment, urls: dict[str, str], tmp_path: Path
    ) -> None:
        for url in (urls["default"], f"sqlite:///{tmp_path}/back.db"):
            deployment.answer("move_database", "default", url)
            refused = deployment.run("create_token", "admin")
            assert (refused.returncode, "was moved to another place" in refused.stderr) == (1, True), refused.stderr
            use(deployment, "default", url)
            deployment.answer("create_token", "admin")
        use(deployment, "default", urls["default"])
        deployment.answer("move_database", "default", "--give-up")
        deployment.answer("create_token", "admin")

    @pytest.mark.slow
    def test_a_library_is_moved_there_and_back_and_goes_on_at_each_place(
        self, deployment: Deployment, prepared: Prepared, urls: dict[str, str], tmp_path: Path
    ) -> None:
        create(deployment, prepared.token, "On SQLite")
        before = deployment.state()
        for alias, url in urls.items():
            moved = json.loads(deployment.answer("move_database", alias, url, "--json"))
            assert (moved["alias"], sum(moved["tables"].values())) == (alias, moved["rows"])
        for alias, url in urls.items():
            use(deployment, alias, url)
        assert deployment.state() == before
        create(deployment, prepared.token, "On PostgreSQL")
        deployment.answer("verify_library")

        before = deployment.state()
        files = {alias: f"sqlite:///{tmp_path / alias}.db" for alias in urls}
        for alias, url in files.items():
            deployment.answer("move_database", alias, url)
        for alias, url in files.items():
            use(deployment, alias, url)
        assert deployment.state() == before
        create(deployment, prepared.token, "On SQLite once more")
        deployment.answer("verify_library")

    @pytest.mark.slow
    def test_a_domain_is_moved_while_the_library_is_written_to(
        self, deployment: Deployment, prepared: Prepared, urls: dict[str, str]
    ) -> None:
        with deployment.serve() as server:
            server.wait_until_it_answers()
            with WriteLoad(server, prepared.token) as load:
                load.wait_for(10)
                deployment.answer("flush_writes")
                deployment.answer("move_database", "user_created", urls["user_created"])
                load.wait_for(20)
            assert not load.refused
            assert server.end()[0] == 0
        use(deployment, "user_created", urls["user_created"])
        deployment.answer("prepare")
        state = deployment.state()
        assert set(load.acknowledged) <= set(state["guids"])
        assert (state["pending"], state["replicas"]["user_created"]) == (0, state["head"])
        deployment.answer("verify_library")

    def test_what_would_lose_later_writes_is_not_moved_while_it_is_used(
        self, deployment: Deployment, prepared: Prepared, urls: dict[str, str], tmp_path: Path
    ) -> None:
        assert_refused_while_served(deployment, urls)
        deployment.answer("move_database", "default", urls["default"])
        use(deployment, "default", urls["default"])
        assert_refused_while_served(deployment, {"default": f"sqlite:///{tmp_path}/back.db"})

    def test_a_database_with_rows_is_not_written_over(self, deployment: Deployment, urls: dict[str, str]) -> None:
        deployment.answer("move_database", "default", urls["default"])
        refused = deployment.run("move_database", "default", urls["default"], "--json")
        assert (refused.returncode, json.loads(refused.stdout)["code"]) == (2, "move_refused")
        assert "The target already has rows in " in refused.stderr

    def test_a_database_of_another_application_is_not_written_to(
        self, deployment: Deployment, urls: dict[str, str]
    ) -> None:
        import psycopg

        with closing(psycopg.connect(urls["official"], autocommit=True)) as connection:
            connection.execute("CREATE TABLE theirs (id integer)")
            refused = deployment.run("move_database", "official", urls["official"])
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert (refused.returncode, "belongs to another application" in refused.stderr) == (2, True), refused.stderr
        assert tables == [("theirs",)]

    def test_a_row_that_does_not_fit_leaves_nothing_behind(
        self, deployment: Deployment, prepared: Prepared, urls: dict[str, str]
    ) -> None:
        import psycopg

        create(deployment, prepared.token, "On SQLite")
        plant = "from assemblies.models import UserCreatedAssembly as U; U.objects.update(display_name='a' * 100000)"
        deployment.answer("shell", "--command", plant)
        refused = deployment.run("move_database", "user_created", urls["user_created"])
        assert (refused.returncode, "does not take a row of" in refused.stderr) == (2, True), refused.stderr
        with closing(psycopg.connect(urls["user_created"])) as connection:
            count = connection.execute("SELECT count(*) FROM assemblies_domainassembly").fetchone()
        assert count == (0,)


@pytest.mark.parametrize("url", ["", "elsewhere", "mysql://db.example/library", "sqlite://:memory:", "postgres://db"])
def test_what_is_no_address_of_a_database_is_refused(url: str) -> None:
    refused = call("move_database", "official", url)
    assert refused.exit_code == 2
    assert "URL cannot be read" in refused.stderr


def test_the_database_in_use_is_no_target(deployment: Deployment) -> None:
    refused = deployment.run("move_database", "official", f"sqlite:///{deployment.root}/Assemblies/official.db")
    assert (refused.returncode, "is there already" in refused.stderr) == (2, True), refused.stderr
