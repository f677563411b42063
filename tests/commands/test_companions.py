"""The supervisor and its companions, as threads and as processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.utils.module_loading import import_string

from assemblies.companion_states import CompanionState, State, companion_states, replace_states
from assemblies.management.companions import supervisor as supervising
from assemblies.management.companions.command import CompanionCommand
from assemblies.management.companions.companion import Companion, CompanionProcess, Kind
from assemblies.management.companions.supervisor import Supervisor
from assemblies.management.companions.table import COMPANIONS, WEB
from tests.commands import companions_made as made
from tests.commands.deployment import PROJECT, free_port
from tests.patience import HANG_SECONDS

both_kinds = pytest.mark.parametrize("kind", list(Kind))


@pytest.fixture
def failures() -> "SimpleQueue[str]":
    return SimpleQueue()


@pytest.fixture
def supervisor(failures: "SimpleQueue[str]", monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(supervising, "MAX_WAIT_SECONDS", 0.05)
    monkeypatch.setenv("SUPERVISOR", str(os.getpid()))
    supervisor = Supervisor(give_up=failures.put)
    yield supervisor
    assert supervisor.end(timeout_seconds=10) == []
    replace_states({})


def companion(run: Callable[..., None], kind: Kind = Kind.PROCESS, **facts: Any) -> Companion:
    path = f"{run.__module__}.{run.__qualname__}"
    return Companion(name="made", kind=kind, run=path, command="none", **facts)


def wait_until(is_so: Callable[[], Any]) -> None:
    ends_at = time.monotonic() + HANG_SECONDS
    while not is_so():
        assert time.monotonic() < ends_at, companion_states()
        time.sleep(0.02)


@both_kinds
def test_it_works_until_it_is_stopped(supervisor: Supervisor, tmp_path: Path, kind: Kind) -> None:
    supervisor.start(companion(made.work_until_stopped, kind, arguments={"folder": str(tmp_path)}))
    wait_until(lambda: list(tmp_path.glob("started-*")))
    [started] = tmp_path.glob("started-*")

    assert (started.name == f"started-{os.getpid()}") is (kind is Kind.THREAD)
    assert companion_states() == {"made": CompanionState(state=State.RUNNING)}
    assert supervisor.end(timeout_seconds=10) == []
    assert (tmp_path / "ended").exists()


@both_kinds
def test_whatever_it_dies_of_it_is_started_again_and_said(
    supervisor: Supervisor, tmp_path: Path, kind: Kind, caplog: pytest.LogCaptureFixture
) -> None:
    supervisor.start(companion(made.die_twice, kind, arguments={"folder": str(tmp_path)}))
    wait_until(lambda: list(tmp_path.glob("started-*")))

    assert companion_states() == {"made": CompanionState(state=State.RUNNING, restarts=2)}
    said = [record.getMessage() for record in caplog.records if "starting it again" in record.getMessage()]
    reasons = {
        Kind.THREAD: ["it failed with RuntimeError", "it returned"],
        Kind.PROCESS: ["it ended with exit code 1", "it ended by signal 9"],
    }
    assert said == [f"companion made: {reason}; starting it again in 0.05 s" for reason in reasons[kind]]


@pytest.mark.parametrize(
    ("deaths", "is_steady", "seconds"),
    [(1, True, 0), (1, False, 1), (2, False, 2), (3, False, 4), (7, False, 60), (100, False, 60)],
)
def test_it_waits_longer_each_time(deaths: int, is_steady: bool, seconds: int) -> None:
    assert supervising.seconds_before_start(deaths, is_steady=is_steady) == seconds


@both_kinds
def test_one_whose_port_is_taken_stays_stopped_and_the_others_run(
    supervisor: Supervisor, tmp_path: Path, failures: "SimpleQueue[str]", kind: Kind
) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        supervisor.start(companion(made.listen_at, kind, arguments={"port": port}))
        wait_until(lambda: companion_states()["made"].state is State.STOPPED)

    assert companion_states()["made"].reason.startswith(f"127.0.0.1:{port} is already in use")
    assert failures.empty()


@both_kinds
def test_an_essential_one_that_keeps_dying_is_given_up(
    supervisor: Supervisor, failures: "SimpleQueue[str]", kind: Kind
) -> None:
    supervisor.start(companion(made.die, kind, is_essential=True))
    assert failures.get(timeout=HANG_SECONDS) == "made"


def test_a_process_hears_how_the_others_stand(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(companion(made.write_states, arguments={"folder": str(tmp_path)}))
    thread = companion(made.work_until_stopped, Kind.THREAD, arguments={"folder": str(tmp_path)})
    supervisor.start(Companion(**{**vars(thread), "name": "thread"}))
    states = tmp_path / "states"
    wait_until(lambda: states.exists() and states.read_text() == "made:running thread:running ")


def test_a_process_that_does_not_end_is_killed(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "SECONDS_TO_END_PROCESSES", 0.2)
    supervisor.start(companion(made.hang))
    [keeper] = supervisor.keepers
    assert isinstance(keeper.body, CompanionProcess)
    process = keeper.body
    wait_until(lambda: process.process is not None and process.process.is_alive())
    assert supervisor.end(timeout_seconds=10) == []
    keeper.join(10)
    assert not keeper.is_alive()


ORPHAN = """
import django, sys, time
django.setup()
from assemblies.management.companions.companion import Companion, CompanionProcess, Kind
from assemblies.management.companions.supervisor import Supervisor
Supervisor(give_up=print).start(Companion(
    name="made", kind=Kind.PROCESS, run="tests.commands.companions_made.work_until_stopped", command="none",
    arguments={"folder": sys.argv[1]}
))
time.sleep(60)
"""


def test_a_process_does_not_outlive_its_supervisor(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", ORPHAN, str(tmp_path)], cwd=PROJECT, start_new_session=True)
    try:
        wait_until(lambda: list(tmp_path.glob("started-*")))
        [started] = tmp_path.glob("started-*")
        os.kill(parent.pid, signal.SIGKILL)
        wait_until(lambda: not Path("/proc", started.name.partition("-")[2], "exe").exists())
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.wait()


@pytest.mark.parametrize("entry", [WEB, *COMPANIONS], ids=lambda entry: entry.name)
def test_each_companion_is_a_command_too(entry: Companion) -> None:
    command = load_command_class(get_commands()[entry.command], entry.command)
    if entry is not WEB:
        assert isinstance(command, CompanionCommand)
        assert command.companion is entry
    assert callable(import_string(entry.run))
