"""Nothing of a run is left, whatever its processes do and whatever ends it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from assemblies.supervision import Chunk, Content, Order, Outcome, RunningScript, supervise, sweep_orphans
from tests.patience import A_SECOND
from tests.supervision.runs import HANG_SECONDS, Heard, bash, new_owner, processes_of, until
from tests.supervision.shapes import SHAPES

QUICK = {"grace_seconds": 0.3, "linger_seconds": 0.1}
# Of `nameless` the mark in the environment and the family are both lost with the supervisor.
WITHOUT_SUPERVISOR = ["children", "deaf", "stopped", "comet", "bomb", "heir"]


def order_for(shape: str, limits: dict[str, float], *, ends: bool = False, owner: str = "") -> Order:
    owner = owner or new_owner()
    program = Path(__file__).with_name("shapes.py").read_bytes()
    python = Path(sys.executable).resolve()
    command = f"exec {python} -IS shapes.py {shape} {'ends' if ends else 'stays'} {owner}\n"
    return bash(command, owner=owner, files={"shapes.py": Content.of(program)}, limits=QUICK | limits)


class Shaped:
    """One run per shape, all at once."""

    def __init__(self, owners: list[str], shapes: list[str], *, ends: bool = False, **limits: float) -> None:
        self.orders = {shape: order_for(shape, limits, ends=ends) for shape in shapes}
        owners += [order.owner for order in self.orders.values()]
        self.running = {shape: supervise(order) for shape, order in self.orders.items()}
        self.heard = {shape: Heard(running.directory) for shape, running in self.running.items()}

    def until_ready(self) -> None:
        for shape, running in self.running.items():
            while b"ready" not in self.heard[shape].text():
                event = running.next_event(HANG_SECONDS)
                assert event is not None, shape
                self.heard[shape].take(event)
            assert processes_of(self.orders[shape].owner), "a tree that cannot be seen proves nothing"

    def until_ended(self) -> None:
        for shape, running in self.running.items():
            for event in running.events():
                self.heard[shape].take(event)
            assert not processes_of(self.orders[shape].owner), shape
            assert self.heard[shape].result.left == [], shape
            assert not self.heard[shape].directory.exists()

    def outcomes(self) -> set[Outcome]:
        return {heard.result.outcome for heard in self.heard.values()}


def test_a_canceled_run_leaves_no_process(owners: list[str]) -> None:
    shaped = Shaped(owners, list(SHAPES))
    shaped.until_ready()
    for running in shaped.running.values():
        running.cancel("no longer wanted")
    shaped.until_ended()
    assert shaped.outcomes() == {Outcome.CANCELED}
    assert {heard.result.reason for heard in shaped.heard.values()} == {"no longer wanted"}


def test_a_run_that_takes_too_long_leaves_no_process(owners: list[str]) -> None:
    shaped = Shaped(owners, ["daemon", "deaf", "stopped", "nameless", "comet", "deep"], timeout_seconds=4 * A_SECOND)
    shaped.until_ended()
    assert shaped.outcomes() == {Outcome.TIMED_OUT}
    assert any(b"ready" in heard.text() for heard in shaped.heard.values())


def test_a_run_that_ends_leaves_no_process_and_keeps_its_exit_code(owners: list[str]) -> None:
    shaped = Shaped(owners, ["children", "daemon", "nameless", "comet", "talker", "heir"], ends=True)
    shaped.until_ended()
    assert shaped.outcomes() == {Outcome.EXITED}
    assert {heard.result.exit_code for heard in shaped.heard.values()} == {5}
    assert all(heard.result.swept for heard in shaped.heard.values())


def test_a_run_that_is_not_renewed_leaves_no_process(owners: list[str]) -> None:
    shaped = Shaped(owners, ["children", "daemon", "deaf"], lease_seconds=1.5 * A_SECOND)
    shaped.until_ended()
    assert shaped.outcomes() == {Outcome.LEASE_LOST}


def test_a_killed_worker_leaves_no_process(owners: list[str]) -> None:
    owner = new_owner()
    owners.append(owner)
    worker = worker_of(owner, list(SHAPES))
    assert processes_of(owner)
    worker.kill()
    worker.wait()
    until(lambda: not processes_of(owner))


def test_a_killed_supervisor_leaves_no_process_and_no_directory(owners: list[str]) -> None:
    shaped = Shaped(owners, WITHOUT_SUPERVISOR)
    shaped.until_ready()
    for running in shaped.running.values():
        os.kill(supervisor_of(running), signal.SIGKILL)
    shaped.until_ended()
    assert shaped.outcomes() == {Outcome.SUPERVISOR_LOST}


def test_a_worker_finds_what_a_killed_worker_and_its_killed_supervisors_left(owners: list[str]) -> None:
    owner, other = new_owner(), new_owner()
    owners += [owner, other]
    worker, living = worker_of(owner, ["children", "stopped", "deaf", "comet"]), worker_of(other, ["daemon"])
    supervisors = [int(pid) for pid in Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()]
    worker.send_signal(signal.SIGSTOP)
    for pid in supervisors:
        os.kill(pid, signal.SIGKILL)
    assert sweep_orphans(owner, grace_seconds=0.1).ended == 0, "the worker is stopped, but it lives"
    worker.kill()
    worker.wait()
    assert processes_of(owner), "there is something to find"
    swept = sweep_orphans(owner, grace_seconds=0.1)
    assert not processes_of(owner) and not swept.left
    assert processes_of(other), "another library's processes are its own"
    living.kill()
    living.wait()
    until(lambda: not processes_of(other))


def test_a_script_that_stops_its_supervisor_can_still_be_canceled(owners: list[str]) -> None:
    order = bash("kill -STOP $PPID; echo stopped; sleep 600")
    owners.append(order.owner)
    running = supervise(order)
    until(lambda: _state(supervisor_of(running)) == "T")
    running.cancel()
    heard = Heard(running.directory)
    for event in running.events():
        heard.take(event)
    assert heard.result.outcome is Outcome.CANCELED
    assert not processes_of(order.owner)


def worker_of(owner: str, shapes: list[str]) -> "subprocess.Popen[str]":
    """A worker process of its own whose runs are all ready."""
    program = (
        "import sys; from tests.supervision.test_process_trees import work; work(sys.argv[1], sys.argv[2].split(','))"
    )
    command = [sys.executable, "-c", program, owner, ",".join(shapes)]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    worker.stdout.close()
    return worker


def work(owner: str, shapes: list[str]) -> None:
    """The worker's program."""
    runs = [supervise(order_for(shape, {}, owner=owner)) for shape in shapes]
    for running in runs:
        while not (isinstance(event := running.next_event(), Chunk) and b"ready" in event.data):
            pass
    os.write(1, b"ready\n")
    signal.pause()


def supervisor_of(running: RunningScript) -> int:
    return running._process.pid


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
