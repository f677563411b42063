"""Workers killed again and again: no item lost, none run twice, none stuck, no process left."""

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from tests.commands.deployment import Deployment, Prepared
from tests.commands.postgresql_databases import databases_made, on_postgresql
from tests.effort import effort
from tests.execution.test_worker import read, submit, wait_for
from tests.patience import HANG_SECONDS

pytestmark = pytest.mark.slow

KILLS = effort(gate=8, torture=200)
ITEMS_A_KILL = 3
SECONDS_TO_END = 120
_draw = random.Random(7)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=on_postgresql)])
def deployment(request: pytest.FixtureRequest, prepared: Prepared, tmp_path: Path) -> Iterator[Deployment]:
    settings = {"BOREALIS_LOCAL_WORKER": "on", "BOREALIS_WORKER_CONCURRENCY": "2"}
    if request.param == "sqlite":
        yield Deployment.of(prepared, tmp_path / "var", **settings)
        return
    with databases_made(["execution"]) as urls:
        deployment = Deployment.of(prepared, tmp_path / "var", **settings)
        deployment.environment["BOREALIS_EXECUTION_DATABASE_URL"] = urls["execution"]
        deployment.answer("prepare")
        yield deployment


class Workers:
    """Two workers, of which one that runs something is killed as soon as scripts are seen to begin."""

    def __init__(self, deployment: Deployment, begun: Path) -> None:
        self.deployment, self.begun = deployment, begun
        self.running = [self._start(), self._start()]

    def _start(self) -> "subprocess.Popen[str]":
        return self.deployment.start("run_worker")

    def kill_one(self) -> None:
        self._wait_until_scripts_begin()
        time.sleep(_draw.uniform(0, 0.3))
        supervisors = [_children_of(worker) for worker in self.running]
        # On a busy machine one of them may be at its start still, and to kill that one loses nothing.
        number = _draw.choice([number for number, running in enumerate(supervisors) if running] or [0, 1])
        worker = self.running[number]
        # Every third time its supervisors go with it: nobody is left to end the trees but the next worker's start.
        if _draw.randrange(3) == 0:
            for pid in supervisors[number]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        worker.kill()
        worker.communicate()
        self.running[number] = self._start()

    def _wait_until_scripts_begin(self) -> None:
        before, ends_at = len(self.begun.read_bytes()), time.monotonic() + HANG_SECONDS
        while len(self.begun.read_bytes()) == before:
            assert time.monotonic() < ends_at, "no worker begins anything"
            time.sleep(0.01)

    def end(self) -> None:
        for worker in self.running:
            worker.terminate()
        for worker in self.running:
            worker.communicate(timeout=HANG_SECONDS)


def _children_of(process: "subprocess.Popen[str]") -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def test_each_item_ends_and_none_is_run_twice(deployment: Deployment, tmp_path: Path) -> None:
    begun, mark = tmp_path / "begun", f"599.{uuid4().int % 10**9}"
    begun.touch()
    script = f'echo "$NUMBER" >> {begun}; setsid sleep {mark} & sleep 0.2; echo done'
    declared = [{"name": "number", "type": "string"}]
    drafts = [
        ("bash", script, declared, {"variables": {"number": str(number)}}) for number in range(KILLS * ITEMS_A_KILL)
    ]
    runs = [run for start in range(0, len(drafts), 100) for run in submit(deployment, *drafts[start : start + 100])]
    workers = Workers(deployment, begun)
    try:
        for _kill in range(KILLS):
            workers.kill_one()
        facts = _when_all_have_ended(deployment, runs)
    finally:
        workers.end()

    counts = Counter(begun.read_text().split())
    assert max(counts.values()) == 1, "something ran twice"
    statuses = Counter(facts[run]["status"] for run in runs)
    assert set(statuses) <= {"Completed", "Failed"} and statuses["Failed"]
    for number, run in enumerate(runs):
        assert facts[run]["attempts"] == 1
        if facts[run]["status"] == "Completed":
            assert (counts[str(number)], facts[run]["stdout"]) == (1, "done\n")
        else:
            assert facts[run]["error"] == "worker_lost"
    assert _processes_with(mark) == []
    sealer = deployment.start("run_sealer")
    try:
        assert _findings_after_a_while(deployment) == []
    finally:
        sealer.terminate()
        sealer.communicate(timeout=HANG_SECONDS)


def _when_all_have_ended(deployment: Deployment, runs: list[str]) -> dict[str, dict[str, object]]:
    ends_at = time.monotonic() + SECONDS_TO_END + len(runs)
    while True:
        facts = read(deployment)
        live = [run for run in runs if facts[run]["status"] in {"Queued", "Running"}]
        if not live:
            return facts
        assert time.monotonic() < ends_at, [facts[run] for run in live]
        time.sleep(2)


def _findings_after_a_while(deployment: Deployment) -> list[object]:
    """Return what verification finds, once the sealer has had the time to tell the audit what ended."""
    ends_at = time.monotonic() + SECONDS_TO_END
    while True:
        findings: list[object] = json.loads(deployment.run("verify_library", "--json").stdout)["findings"]
        if not findings or time.monotonic() > ends_at:
            return findings
        time.sleep(2)


def _processes_with(mark: str) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(OSError):
            if folder.name.isdecimal() and mark.encode() in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def test_a_worker_that_was_stopped_past_its_lease_is_not_heard(deployment: Deployment) -> None:
    [run] = submit(deployment, ("bash", "echo up; sleep 3; echo late", [], {}))
    stopped = deployment.start("run_worker")
    wait_for(deployment, run, "Running")
    stopped.send_signal(signal.SIGSTOP)
    other = deployment.start("run_worker")
    try:
        facts = wait_for(deployment, run, "Failed")
        assert facts["error"] == "worker_lost"
        stopped.send_signal(signal.SIGCONT)
        [second] = submit(deployment, ("bash", "echo second", [], {}))
        wait_for(deployment, second, "Completed")
        time.sleep(2)
        after = read(deployment)[run]
    finally:
        for worker in (stopped, other):
            worker.send_signal(signal.SIGCONT)
            worker.terminate()
            worker.communicate(timeout=HANG_SECONDS)
    assert (after["status"], after["attempts"], after["events"]) == ("Failed", 1, facts["events"])


@pytest.mark.parametrize("everything", [False, True], ids=["serve", "all of it"])
def test_a_server_that_was_killed_leaves_no_process_and_the_next_one_says_what_became_of_its_run(
    deployment: Deployment, everything: bool
) -> None:
    mark = f"599.{uuid4().int % 10**9}"
    [run] = submit(deployment, ("bash", f"echo up; setsid sleep {mark} & sleep {mark}", [], {}))
    with deployment.serve() as server:
        wait_for(deployment, run, "Running")
        _until(lambda: len(_processes_with(mark)) == 2)
        server.kill_group() if everything else os.kill(server.process.pid, signal.SIGKILL)
        _until(lambda: not _processes_with(mark))
    with deployment.serve() as server:
        facts = wait_for(deployment, run, "Failed")
        server.end()
    assert (facts["error"], facts["attempts"], facts["stdout"]) == ("worker_lost", 1, "up\n")


def _until(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + HANG_SECONDS
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.1)
