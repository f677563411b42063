"""`prepare`, run for real on runtime roots of its own."""

import json
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.deployment import ADMIN_PASSWORD, Deployment, Prepared
from tests.patience import HANG_SECONDS


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path / "var")


@pytest.fixture
def before(prepared: Prepared, tmp_path: Path) -> Deployment:
    """A library that was prepared once."""
    return Deployment.of(prepared, tmp_path / "before")


def test_a_new_root_gets_directories_databases_groups_and_an_administrator(deployment: Deployment) -> None:
    said = deployment.answer("prepare")

    assert "default: " in said and "migrations applied" in said
    assert ADMIN_PASSWORD not in said
    assert stat.S_IMODE(deployment.root.stat().st_mode) == 0o700
    for name in ("engine.db", "Assemblies/official.db", "Assemblies/community.db", "Assemblies/user_created.db"):
        assert (deployment.root / name).is_file()
    groups = "from django.contrib.auth.models import Group; print(sorted(Group.objects.values_list('name', flat=True)))"
    assert deployment.answer("shell", "-v0", "-c", groups) == "['Administrators', 'Operators']"


def test_a_generated_password_is_printed_once_and_logged_nowhere(deployment: Deployment) -> None:
    del deployment.environment["BOREALIS_ADMIN_PASSWORD"]
    first = json.loads(deployment.answer("prepare", "--json"))
    password = first["administrator"]["password"]

    check = (
        f"from django.contrib.auth import authenticate; print(authenticate(username='admin', password='{password}'))"
    )
    assert deployment.answer("shell", "-v0", "-c", check) == "admin"
    assert json.loads(deployment.answer("prepare", "--json"))["administrator"] is None
    logs = [path.read_text() for path in (deployment.root / "Logs").glob("*")]
    assert not [text for text in logs if password in text]


def test_preparing_twice_changes_nothing(before: Deployment) -> None:
    mode = 0o750
    before.root.chmod(mode)
    again = json.loads(before.answer("prepare", "--json"))

    assert set(again["migrations"].values()) == {0}
    assert stat.S_IMODE(before.root.stat().st_mode) == mode, "what its owner set later stays"


def test_three_at_once_make_one_administrator_and_no_error(deployment: Deployment) -> None:
    processes = [deployment.start("prepare", "--json") for _ in range(3)]
    outcomes = [(process.communicate(timeout=HANG_SECONDS), process.returncode) for process in processes]

    assert [code for _output, code in outcomes] == [0, 0, 0], outcomes
    made = [json.loads(stdout)["administrator"] for (stdout, _stderr), _code in outcomes]
    assert len([administrator for administrator in made if administrator]) == 1


def test_a_database_of_another_application_is_refused_and_left_alone(deployment: Deployment) -> None:
    foreign = deployment.root / "Assemblies" / "community.db"
    foreign.parent.mkdir(parents=True)
    with closing(sqlite3.connect(foreign)) as connection, connection:
        connection.execute("CREATE TABLE invoices (id INTEGER)")
    refused = deployment.run("prepare", "--json")

    assert refused.returncode == 1
    assert "community database belongs to another application" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert json.loads(refused.stdout)["message"] in refused.stderr
    with closing(sqlite3.connect(foreign)) as connection, connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]


def test_a_database_of_a_newer_version_is_refused(before: Deployment) -> None:
    with closing(sqlite3.connect(before.root / "engine.db")) as connection, connection:
        row = ("assemblies", "9999_from_the_future", "2099-01-01")
        connection.execute("INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, ?)", row)
    refused = before.run("prepare")

    assert refused.returncode == 1
    assert "newer version (it has assemblies.9999_from_the_future)" in refused.stderr


def test_a_file_that_is_no_database_is_named(deployment: Deployment) -> None:
    (deployment.root / "Assemblies").mkdir(parents=True)
    (deployment.root / "Assemblies" / "official.db").write_bytes(b"this is a text of some length" * 100)
    refused = deployment.run("prepare")

    assert refused.returncode == 1
    assert "The official database cannot be opened" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_half_migrated_database_is_finished(deployment: Deployment) -> None:
    halfway = (
        "from django.db import connection; from django.db.migrations.executor import MigrationExecutor; "
        "MigrationExecutor(connection).migrate([('auth', '0001_initial')])"
    )
    deployment.answer("shell", "-v0", "-c", halfway)
    done = json.loads(deployment.answer("prepare", "--json"))

    assert done["migrations"]["default"] > 0
    assert json.loads(deployment.answer("prepare", "--json"))["migrations"]["default"] == 0


# Ends while new databases are made side by side, somewhere in the middle.
KILLED = """
import os
import borealis_assemblies
from django.core.management import execute_from_command_line
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor
commit, committed = DatabaseSchemaEditor.__exit__, []
def commit_or_die(editor, *error):
    committed.append(editor)
    if len(committed) == 98:
        os._exit(9)
    commit(editor, *error)
DatabaseSchemaEditor.__exit__ = commit_or_die
execute_from_command_line(["manage.py", "prepare"])
"""


def test_databases_made_side_by_side_are_those_that_each_alone_becomes_after_a_crash(
    before: Deployment, deployment: Deployment
) -> None:
    process = deployment.start_python("-c", KILLED)
    process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 9
    counts = json.loads(deployment.answer("prepare", "--json"))["migrations"]
    assert len(set(counts.values())) == 2, "one migration was applied in some of the databases"
    assert _schemas(deployment.root) == _schemas(before.root)


def _schemas(root: Path) -> dict[str, tuple[list[str], list[str]]]:
    found = {}
    for file in (root / "engine.db", root / "execution.db", *(root / "Assemblies").glob("*.db")):
        with closing(sqlite3.connect(file)) as database:
            statements = sorted(row[0] for row in database.execute("SELECT sql FROM sqlite_master WHERE sql <> ''"))
            applied = sorted(f"{row}" for row in database.execute("SELECT app, name FROM django_migrations"))
            found[file.name] = statements, applied
    assert len(found) == 5
    return found


COMMUNITY_ROW = """
from devmode.actor import Actor
from assemblies.actions.create import create
from assemblies.conf import payload_store
from assemblies.domains import Domain
from tests.documents_made import script
from tests.permits import may_create
permit = may_create(Actor.of_command("test"))
create(script("From elsewhere"), domain=Domain.COMMUNITY, permit=permit, store=payload_store())
"""


def test_domain_databases_put_in_place_by_hand_are_taken_in(before: Deployment, deployment: Deployment) -> None:
    before.answer("shell", "-v0", "-c", COMMUNITY_ROW)
    before.answer("flush_writes")
    shutil.copytree(before.root / "Assemblies", deployment.root / "Assemblies")

    [guid] = before.state()["guids"]
    assert "restore_domains" in deployment.run("prepare").stderr, "it might be what is left of a lost library"
    said = deployment.answer("prepare", "--new-library")
    assert f"community: 1 rows were new to the library and adopted: {guid}" in said
    assert deployment.state()["guids"] == [guid]
    decided = deployment.answer("prepare", "--adopt-replica", "community", "--rebuild-replica", "community")
    assert "community: its rows now are the library's" in decided
    assert "community: will be rebuilt from the journal by the next flush; kept " in decided
    assert "community: 1 written" in deployment.answer("flush_writes")
    assert deployment.run("verify_library").returncode == 0


def test_a_domain_database_that_was_lost_is_rebuilt_from_the_journal(before: Deployment) -> None:
    before.answer("sync_official", "--json")
    lost = before.root / "Assemblies" / "official.db"
    persisted = before.state()["replicas"]["official"]
    for path in lost.parent.glob("official.db*"):
        path.unlink()
    before.answer("prepare")
    assert before.state()["replicas"]["official"] == persisted > 0
    assert json.loads(before.answer("verify_library", "--json"))["findings"] == []
