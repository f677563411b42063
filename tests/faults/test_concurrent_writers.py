"""Several processes write the same rows: no error, no stale read, no long wait, no gap."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.journal.chain import find_breaks
from assemblies.journal.flush import flush
from assemblies.models import Assembly, JournalEntry, UserCreatedAssembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.effort import effort
from tests.patience import HANG_SECONDS, within
from tests.permits import may_create

PROCESSES, THREADS, SECONDS = 4, 2, effort(gate=4, torture=60)
ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """Return an environment whose databases are this test's own."""
    names = {"default": "DATABASE_PATH"} | {a: f"{a.upper()}_DATABASE_URL" for a in ("official", "community")}
    names["user_created"] = "USER_CREATED_DATABASE_URL"
    paths = {alias: str(connections[alias].settings_dict["NAME"]) for alias in names}
    urls = {f"BOREALIS_{names[a]}": paths[a] if a == "default" else f"sqlite:///{paths[a]}" for a in names}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BOREALIS_")}
    return (
        inherited
        | urls
        | {
            "BOREALIS_RUNTIME_ROOT": str(settings.RUNTIME_ROOT),
            "BOREALIS_PAYLOAD_STORAGE_URL": settings.PAYLOAD_STORAGE_URL,
            "PYTHONPATH": str(ROOT),
        }
    )


@pytest.mark.alone
@pytest.mark.sqlite("the writer processes are pointed at SQLite files; PostgreSQL queues on the head row")
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_writers_of_the_same_rows_neither_fail_nor_wait_nor_read_the_past(store: PayloadStore, command: Actor) -> None:
    guids = [
        create(script(f"Row {n}"), domain=Domain.USER, permit=may_create(command), store=store).guid for n in range(4)
    ]
    argv = [sys.executable, "-m", "tests.faults.writer_process", str(THREADS), str(SECONDS), *guids]
    processes = [
        subprocess.Popen(argv, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    answers = [process.communicate(timeout=SECONDS + HANG_SECONDS) for process in processes]
    assert [process.returncode for process in processes] == [0] * PROCESSES, answers
    assert [errors for _output, errors in answers] == [""] * PROCESSES
    writes = [json.loads(line) for output, _errors in answers for line in output.splitlines()]

    assert len(writes) > 20 * SECONDS / within(1)
    assert max(write["waited"] for write in writes) < within(2)
    assert all(write["seen"] >= write["revision"] for write in writes)
    assert sorted(write["revision"] for write in writes) == list(range(5, len(writes) + 5))
    assert JournalEntry.objects.count() == len(writes) + 4
    assert list(find_breaks()) == []
    last = {guid: max((w for w in writes if w["guid"] == guid), key=lambda w: w["revision"]) for guid in guids}
    assert {row.guid: row.summary for row in Assembly.objects.all()} == {g: w["text"] for g, w in last.items()}
    flush()
    assert {row.guid: row.sequence for row in UserCreatedAssembly.objects.all()} == {
        guid: write["revision"] for guid, write in last.items()
    }
