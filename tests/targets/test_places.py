"""Where a target may be, and where none may."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from assemblies.errors import DevModeRequired, Forbidden, InvalidField
from assemblies.targets.administration import create_target, permit_persistence
from assemblies.targets.assignment import assign, clear
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.errors import OwnDatabase, TargetNameTaken, UnsupportedEngine
from assemblies.targets.models import PersistenceConnection, PersistenceTarget
from assemblies.targets.places import check_database, sqlite_file
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.targets.conftest import COMMAND, added

pytestmark = pytest.mark.django_db(databases=["default", "execution"])
SERVER = {"engine": "postgresql", "host": "db.example.org", "user": "borealis"}


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"host": "169.254.169.254"}, "host"),
        ({"host": "fe80::1"}, "host"),
        ({"host": "::ffff:169.254.1.1"}, "host"),
        ({"host": "0.0.0.0"}, "host"),  # noqa: S104 - it is rejected
        ({"host": "/var/run/postgresql"}, "host"),
        ({"host": "db.example.org,other"}, "host"),
        ({"host": ""}, "host"),
        ({"user": ""}, "user"),
        ({"port": 70000}, "port"),
        ({"secret_ref": "PATH"}, "secret_ref"),
        ({"secret_ref": "BOREALIS_SECRET_KEY"}, "secret_ref"),
        ({"secret_ref": "hunter2"}, "secret_ref"),
        ({"options": {"passfile": "/etc/passwd"}}, "options"),
        ({"options": {"sslmode": "maybe"}}, "options.sslmode"),
        ({"options": {"connect_timeout": True}}, "options.connect_timeout"),
        ({"options": {"ca": "../ca.pem"}}, "options.ca"),
        ({"engine": "sqlite"}, "host"),
        ({"engine": "sqlite", "host": "", "user": "", "secret_ref": "BOREALIS_TARGET_SECRET_A"}, "secret_ref"),
        ({"name": " "}, "name"),
    ],
)
def test_a_target_that_may_not_be_connected_to_is_rejected_by_its_field(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        create_target(
            {"name": "evidence", **SERVER, **facts},
            permit=permit_persistence(COMMAND, TargetEvent.CREATE),
            now=timezone.now(),
        )
    assert refused.value.detail["field"] == field
    assert PersistenceTarget.objects.count() == AuditEntry.objects.count() == 0


@pytest.mark.parametrize("name", ["../engine", "a/b", "a\\b", ".hidden", "con", "NUL.db", "", "a" * 80, "/tmp/x.db"])
def test_a_file_is_named_and_nothing_else(name: str) -> None:
    with pytest.raises(InvalidField):
        added("files", name, engine="sqlite")


@pytest.mark.sqlite("another engine's databases are no files")
def test_the_librarys_own_file_is_refused_under_any_name(tmp_path: Path, settings: Settings) -> None:
    settings.RUNTIME_ROOT = tmp_path
    own = Path(str(connections["execution"].settings_dict["NAME"]))
    sqlite_file("evidence").parent.mkdir()
    sqlite_file("evidence").symlink_to(own)
    with pytest.raises(OwnDatabase):
        added("files", "evidence", engine="sqlite")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_the_librarys_own_database_on_a_server_is_refused_by_any_name_of_the_host(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"ENGINE": "", "HOST": "127.0.0.1", "PORT": "", "NAME": "library"}
    monkeypatch.setattr("assemblies.targets.places._own_servers", lambda _engine: [facts])
    target = PersistenceTarget(engine="postgresql", host=host, port=5432, user="u", options={})
    with pytest.raises(OwnDatabase):
        check_database(target, "library")
    check_database(target, "evidence")


def test_only_in_dev_mode_and_each_decision_is_audited(
    operator: Actor, administrator: Actor, tmp_path: Path, settings: Settings
) -> None:
    settings.RUNTIME_ROOT = tmp_path
    with pytest.raises(Forbidden):
        permit_persistence(operator, TargetEvent.CREATE)
    with pytest.raises(DevModeRequired):
        permit_persistence(administrator, TargetEvent.ASSIGN)
    connection = added("files", "evidence", engine="sqlite")
    assign(connection, permit=permit_persistence(COMMAND, TargetEvent.ASSIGN), now=timezone.now())
    clear(permit=permit_persistence(COMMAND, TargetEvent.CLEAR), now=timezone.now())
    entries = AuditEntry.objects.order_by("sequence").values_list("event", "outcome")
    assert list(entries) == [
        ("target.create", "denied"),
        ("target.assign", "denied"),
        ("target.create", "success"),
        ("target.connect", "success"),
        ("target.assign", "success"),
        ("target.clear", "success"),
    ]


def test_a_name_is_taken_once_and_mssql_is_not_assigned() -> None:
    connection = added("far", "evidence", **(SERVER | {"engine": "mssql"}))
    with pytest.raises(UnsupportedEngine):
        assign(connection, permit=permit_persistence(COMMAND, TargetEvent.ASSIGN), now=timezone.now())
    with pytest.raises(TargetNameTaken):
        added("far", "evidence", **SERVER)
    assert PersistenceConnection.objects.count() == 1
