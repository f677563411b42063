"""`flush_worker`: the flusher alone, for other WSGI servers."""

import signal
import time
from pathlib import Path

import pytest

from tests.commands.deployment import Deployment, Prepared
from tests.patience import HANG_SECONDS

WRITE = """
from devmode.actor import Actor
from assemblies.actions.create import create
from assemblies.conf import payload_store
from assemblies.domains import Domain
from tests.documents_made import script
from tests.permits import may_create
create(script(), domain=Domain.USER, permit=may_create(Actor.of_command("test")), store=payload_store())
"""


def test_it_flushes_what_is_due_and_at_sigterm_the_rest(prepared: Prepared, tmp_path: Path) -> None:
    deployment = Deployment.of(prepared, tmp_path / "var", BOREALIS_FLUSH_INTERVAL_SECONDS="1")
    deployment.answer("shell", "-v0", "-c", WRITE)
    assert deployment.state()["pending"] == 1
    worker = deployment.start("flush_worker")
    try:
        deadline = time.monotonic() + HANG_SECONDS
        while deployment.state()["pending"]:
            assert time.monotonic() < deadline
        deployment.answer("shell", "-v0", "-c", WRITE)
        worker.send_signal(signal.SIGTERM)
        said, complaints = worker.communicate(timeout=HANG_SECONDS)
    finally:
        worker.kill()

    assert worker.returncode == 0
    assert "Error" not in complaints
    assert "Flushing what is 1 seconds old" in said
    assert deployment.state()["pending"] == 0


@pytest.mark.parametrize("command", ["flush_worker", "flush_writes"])
def test_an_unprepared_library_is_one_line_saying_so(tmp_path: Path, command: str) -> None:
    refused = Deployment(tmp_path / "var").run(command)

    assert refused.returncode == 1
    assert "prepare" in refused.stderr
    assert "Traceback" not in refused.stderr
