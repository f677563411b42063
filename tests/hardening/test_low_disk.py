"""With less than five percent of the disk free, changes are refused by name, and reading goes on."""

import shutil
from collections import namedtuple
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.hardening.conftest import log_in, program_of
from tests.permits import may_create

Usage = namedtuple("Usage", "total used free")
GIB = 1024**3
NEW = {"display_name": "X", "assembly_type": "bash", "payload": "true\n"}


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Say how much of the disk is free, in percent; more than the reserve gives way to, if an earlier test made one."""

    def set_free(percent: float) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(100 * GIB, 0, int(percent * GIB)))

    return set_free


def writes(program: Client, guid: str) -> dict[str, Any]:
    path = f"/api/assemblies/{guid}"
    facts: dict[str, Any] = {"content_type": "application/json"}
    return {
        "create": lambda: program.post("/api/assemblies", NEW, **facts),
        "patch": lambda: program.patch(path, {"summary": "Without a payload."}, **facts),
        "put": lambda: program.put(path, NEW, **facts),
        "clone": lambda: program.post(f"{path}/clone", {"target_domain": "user"}, **facts),
        "revert": lambda: program.post(f"{path}/revert", {"sequence": 1}, **facts),
        "attach": lambda: program.put(f"{path}/files/a.txt", b"content", content_type="text/plain"),
        "import": lambda: program.post("/api/assemblies/import", {"document": NEW_DOCUMENT}, **facts),
        "delete": lambda: program.delete(path),
    }


NEW_DOCUMENT = {"name": "Y", "type": "bash", "script": "uptime\n", "script_encoding": "plain"}
READS = ["", "/payload", "/revisions", "/revisions/1", "/export"]


@pytest.mark.sqlite("a database server watches its own disk")
def test_every_write_is_refused_and_every_read_answered(
    disk: Any, olga: User, operator: Actor, library: PayloadStore
) -> None:
    guid = create(script(), domain=Domain.USER, permit=may_create(operator), store=library).guid
    program = program_of(olga)
    program.patch(f"/api/assemblies/{guid}", {"summary": "Second"}, content_type="application/json")
    before = [list(model.objects.values()) for model in (Assembly, JournalEntry)]
    disk(4.9)
    for name, write in writes(program, guid).items():
        answer = write()
        assert (answer.status_code, answer.json()["code"]) == (507, "storage_full"), name
        assert set(answer.json()) == {"code", "message", "detail"}
    assert [list(model.objects.values()) for model in (Assembly, JournalEntry)] == before
    for path in [*(f"/api/assemblies/{guid}{rest}" for rest in READS), "/api/assemblies", "/api/assemblies/queue"]:
        assert program.get(path).status_code == 200
    assert log_in("olga").status_code == 200
    assert flush([Domain.USER]) == {"user": 2}


@pytest.mark.sqlite("a database server watches its own disk")
def test_writing_goes_on_at_five_percent_and_after_space_was_made(
    disk: Any, olga: User, operator: Actor, library: PayloadStore
) -> None:
    guid = create(script(), domain=Domain.USER, permit=may_create(operator), store=library).guid
    program = program_of(olga)
    disk(1)
    assert writes(program, guid)["patch"]().status_code == 507
    disk(5)
    for name, write in writes(program, guid).items():
        assert write().status_code < 300, name


def test_a_server_of_databases_watches_its_own_disk(disk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from assemblies.journal import space

    disk(1)
    monkeypatch.setattr(connections["default"], "vendor", "postgresql")
    space.require_space_for_changes()
