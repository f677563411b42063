"""The replicator is killed between its commit on the target and its own mark: what it pushed is pushed again, and there
is nothing twice."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.deployment import Deployment, Prepared
from tests.execution.test_worker import submit
from tests.patience import HANG_SECONDS
from tests.targets.servers import ENGINES, database_made, server_of

pytestmark = [pytest.mark.engine, pytest.mark.slow]
RUNS = 6
# `copy_position` is saved after each batch of the first copy, the mark after each batch of changes.
KILLED = """
import django, os, signal, sys
django.setup()
from assemblies.targets.copying import Copying
from assemblies.targets.flushing import flush_now
save = Copying._save
def killed(self, mark=None, **facts):
    if self.state.stream == "queue" and (mark or facts.get("copy_position")):
        os.kill(os.getpid(), signal.SIGKILL)
    save(self, mark, **facts)
Copying._save = killed
flush_now(patience_seconds=60)
"""
# Another replicator takes over half a minute after the last sign of the one that was killed; here at once.
FLUSHED = """
import django
django.setup()
from assemblies.targets.flushing import flush_now
from assemblies.targets.models import PersistenceAssignment
PersistenceAssignment.objects.update(holder="", held_until=None)
status = flush_now(patience_seconds=60)
assert (status["state"], status["queue"]["pending"], status["manifest"]["pending"]) == ("bootstrapped", 0, 0), status
"""
CANCELED = """
import django
django.setup()
from django.utils import timezone
from assemblies.execution.cancel import cancel_run
from assemblies.execution.models import Run
for run in Run.objects.live():
    cancel_run(run.run_id, actor="ada", reason="", now=timezone.now())
"""
COMPARED = """
import django, json
django.setup()
from assemblies.targets.assignment import get_assignment
from assemblies.targets.descriptor import tables
from assemblies.targets.sql.opening import open_target
from assemblies.targets.sql.tables import metadata
from tests.targets.conftest import local_rows
from tests.targets.servers import rows_in
engine = open_target(get_assignment().connection)
there = {table.name: rows_in(engine, metadata().tables[table.name]) for table in tables()}
print(json.dumps({name: [len(rows), rows == local_rows(name)] for name, rows in there.items()}))
"""


@pytest.fixture(params=ENGINES)
def deployment(request: pytest.FixtureRequest, prepared: Prepared, tmp_path: Path) -> Iterator[Deployment]:
    deployment = Deployment.of(prepared, tmp_path / "var", BOREALIS_LOCAL_WORKER="on")
    assign = ["persistence_assign", "evidence", "--engine", request.param]
    if request.param == "sqlite":
        deployment.answer(*assign, "--database", "evidence")
        yield deployment
        return
    server = server_of(request.param)
    with database_made(request.param) as database:
        place = ["--host", "127.0.0.1", "--port", str(server.port), "--user", server.username or ""]
        deployment.answer(*assign, *place, "--database", database)
        yield deployment


def carried_out(deployment: Deployment, code: str) -> tuple[int, str]:
    process = deployment.start_python("-c", code)
    said, complaints = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode in {0, -signal.SIGKILL}, complaints
    return process.returncode, said


def compared(deployment: Deployment) -> dict[str, tuple[int, bool]]:
    _code, said = carried_out(deployment, COMPARED)
    return {name: (count, is_same) for name, (count, is_same) in json.loads(said).items()}


def test_what_was_pushed_before_the_kill_is_there_once(deployment: Deployment) -> None:
    submit(deployment, *(("bash", "echo", [], {}) for _number in range(RUNS)))
    assert carried_out(deployment, KILLED)[0] == -signal.SIGKILL
    assert compared(deployment)["ba_queue_workitem"][0] == RUNS
    assert carried_out(deployment, FLUSHED)[0] == 0
    assert all(is_same for _count, is_same in compared(deployment).values())

    carried_out(deployment, CANCELED)
    assert carried_out(deployment, KILLED)[0] == -signal.SIGKILL
    pushed = compared(deployment)
    assert pushed["ba_queue_workitemevent"] == (2 * RUNS, True)
    assert carried_out(deployment, FLUSHED)[0] == 0
    after = compared(deployment)
    assert all(is_same for _count, is_same in after.values())
    assert after["ba_queue_workitemevent"] == pushed["ba_queue_workitemevent"]
