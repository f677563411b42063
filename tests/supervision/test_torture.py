"""The long forms: every shape against every end, again and again, large trees, and output without end."""

import os
import signal
from pathlib import Path

import pytest

from assemblies.supervision import Outcome, supervise, sweep_orphans
from tests.supervision.runs import Heard, bash, exited, new_owner, processes_of, run, until
from tests.supervision.shapes import SHAPES
from tests.supervision.test_output import assert_head_and_tail
from tests.supervision.test_process_trees import Shaped, supervisor_of, worker_of

pytestmark = pytest.mark.slow

MIB = 1024 * 1024
ROUNDS = 1
FOUND_BY_MARK = [shape for shape in SHAPES if shape != "nameless"]


@pytest.mark.parametrize("number", range(ROUNDS))
def test_every_shape_is_ended_by_every_end(owners: list[str], number: int) -> None:
    ends = {
        "cancel": Shaped(owners, list(SHAPES)),
        "timeout": Shaped(owners, list(SHAPES), timeout_seconds=3.0),
        "end": Shaped(owners, list(SHAPES), ends=True),
        "lease": Shaped(owners, list(SHAPES), lease_seconds=3.0),
    }
    ends["cancel"].until_ready()
    for running in ends["cancel"].running.values():
        running.cancel()
    for shaped in ends.values():
        shaped.until_ended()
    assert [ends[end].outcomes() for end in ends] == [
        {Outcome.CANCELED}, {Outcome.TIMED_OUT}, {Outcome.EXITED}, {Outcome.LEASE_LOST},
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(ROUNDS))
def test_every_shape_is_ended_when_its_worker_is_killed(owners: list[str], number: int) -> None:
    owner = new_owner()
    owners.append(owner)
    worker = worker_of(owner, list(SHAPES))
    worker.kill()
    worker.wait()
    until(lambda: not processes_of(owner))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_every_shape_with_a_mark_is_ended_when_worker_and_supervisors_are_killed(
    owners: list[str], number: int
) -> None:
    owner = new_owner()
    owners.append(owner)
    worker = worker_of(owner, FOUND_BY_MARK)
    supervisors = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    worker.send_signal(signal.SIGSTOP)
    for pid in supervisors:
        os.kill(int(pid), signal.SIGKILL)
    worker.kill()
    worker.wait()
    assert sweep_orphans(owner).left == []
    assert not processes_of(owner)


def test_every_shape_with_a_mark_is_ended_when_its_supervisor_is_killed(owners: list[str]) -> None:
    shaped = Shaped(owners, FOUND_BY_MARK)
    shaped.until_ready()
    for running in shaped.running.values():
        os.kill(supervisor_of(running), signal.SIGKILL)
    shaped.until_ended()
    assert shaped.outcomes() == {Outcome.SUPERVISOR_LOST}


@pytest.mark.parametrize("size", [500, 2000])
def test_thousands_of_processes_that_replace_each_other_are_ended(size: int) -> None:
    script = f"""
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for number in range({size}):
    if not os.fork():
        if number % 2: os.setsid()
        while True:
            if os.fork(): time.sleep(0.05); os.wait()
            else: time.sleep(0.05); os._exit(0)
time.sleep(600)
"""
    order = bash(f"exec python3 -IS - <<'END'\n{script}\nEND\n", limits={"timeout_seconds": 8.0})
    assert run(order).result.left == []


def test_a_run_that_prints_200_mb_is_unharmed() -> None:
    heard = exited(bash(f"head -c {200 * MIB} /dev/zero | tr '\\0' x; echo; seq 200000 | tail -c 900000; exit 3"))
    assert heard.result.exit_code == 3
    assert_head_and_tail(heard, 200 * MIB)


def test_a_run_that_prints_200_mb_takes_no_memory() -> None:
    script = f"head -c {200 * MIB} /dev/zero; grep VmHWM /proc/$PPID/status >&2"
    heard = exited(bash(script))
    kib = int(heard.text("stderr").split()[1])
    assert kib < 48 * 1024, f"the supervisor needed {kib} KiB"


def test_a_hundred_runs_leave_no_descriptor_and_no_process() -> None:
    owner = new_owner()
    exited(bash("true"))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(10):
        runs = [supervise(bash("echo $$; sleep 0.1", owner=owner)) for _ in range(10)]
        for running in runs:
            heard = Heard(running.directory)
            for event in running.events():
                heard.take(event)
            assert heard.result.exit_code == 0
            assert running._process.returncode == 0, "a supervisor that nobody reaped"
    until(lambda: len(list(Path("/proc/self/fd").iterdir())) <= before)
    assert not processes_of(owner)
