"""Cut lines, restarts, replays and wrong clocks: time is lost, never a byte, and nothing runs twice."""

import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from assemblies.agent.agent import Agent
from assemblies.agent.errors import ServerRefused, Unreachable
from assemblies.agent.state import TOKENS
from assemblies.agent.waiting import Waiting
from assemblies.conf import payload_store
from assemblies.execution.models import WorkItem
from assemblies.journal.payload_files import write_payload_files
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.agent.machines import Machine, item_of, printed, submitted
from tests.commands.deployment import free_port
from tests.patience import HANG_SECONDS


def until(true: Any, agent: Agent) -> None:
    """Let an agent take turns until something is true."""
    ends_at = time.monotonic() + HANG_SECONDS
    while not true():
        assert time.monotonic() < ends_at
        agent._quiet_until = 0.0
        agent.turn()
        time.sleep(0.05)


def test_a_line_that_is_cut_costs_no_byte(
    machine: Machine, library: PayloadStore, operator: Actor, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    script = f"echo before; until [ -e {go} ]; do sleep 0.05; done; for n in $(seq 500); do echo $n; done"
    run = submitted(library, operator, script, machine.guid)
    agent = machine.agent()
    until(lambda: printed(run) == b"before\n", agent)
    machine.line.is_cut = True
    go.touch()
    [attempt] = agent._running.values()
    assert attempt.is_over.wait(HANG_SECONDS)
    agent.turn()
    assert item_of(run).status == "Running"
    machine.line.is_cut = False
    until(lambda: item_of(run).status == "Completed", agent)
    assert printed(run) == b"before\n" + b"".join(b"%d\n" % number for number in range(1, 501))


def test_an_agent_that_restarts_says_so_and_keeps_what_was_printed(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    run = submitted(library, operator, "echo before; sleep 600", machine.guid)
    agent = machine.agent()
    until(lambda: printed(run) == b"before\n", agent)
    machine.line.is_cut = True
    agent._end()
    machine.line.is_cut = False
    assert item_of(run).status == "Running"
    machine.agent().run_once()
    assert (item_of(run).status, item_of(run).last_error, printed(run)) == ("Failed", "agent_restarted", b"before\n")


def test_an_agent_that_was_killed_reports_what_it_had_begun(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    run = submitted(library, operator, "echo", machine.guid)
    machine.claim()
    spooled = machine.agent()._spool.begin(f"{item_of(run).work_item_hash}.1", item_of(run).work_item_hash, 1)
    spooled.add_chunk(1, "stdout", b"so far\n")
    assert machine.agent().run_once() == 0
    assert (item_of(run).status, item_of(run).last_error, printed(run)) == ("Failed", "agent_restarted", b"so far\n")


def test_work_that_is_sent_again_is_not_started_again(
    machine: Machine, library: PayloadStore, operator: Actor, tmp_path: Path
) -> None:
    run = submitted(library, operator, f"echo x >> {tmp_path}/times", machine.guid)
    replayed = machine.claim()["work_item"]
    agent = machine.agent()
    assert agent._take(replayed)
    until(lambda: item_of(run).status == "Completed", agent)
    for another in (agent, machine.agent()):
        assert not another._take(replayed)
    assert (tmp_path / "times").read_text() == "x\n"


def test_a_cancel_reaches_the_script(machine: Machine, library: PayloadStore, operator: Actor) -> None:
    run = submitted(library, operator, "echo up; sleep 600", machine.guid)
    agent = machine.agent()
    until(lambda: printed(run) == b"up\n", agent)
    WorkItem.objects.filter(run_id=run.run_id).update(cancel_requested=True, cancel_reason="enough")
    agent._uploads._renew_at.clear()
    until(lambda: item_of(run).status == "Canceled", agent)
    assert item_of(run).last_error == "enough"


@pytest.mark.parametrize("seconds", [-86400, 86400])
def test_a_clock_that_is_a_day_off_is_corrected(
    machine: Machine, library: PayloadStore, operator: Actor, seconds: int
) -> None:
    run = submitted(library, operator, "echo on time", machine.guid)
    machine.state.write(TOKENS, {**machine.state.read(TOKENS), "clock_offset": seconds})
    assert machine.agent().run_once() == 1
    assert printed(run) == b"on time\n"


def test_a_flood_is_refused_and_the_agent_waits(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assemblies.api.fleet.work.CLAIMS_PER_DEVICE", 2)
    for _time in range(2):
        machine.claim()
    with pytest.raises(ServerRefused) as refusal:
        machine.claim()
    assert (refusal.value.status, refusal.value.code) == (429, "rate_limited")
    agent = machine.agent()
    agent.turn()
    assert agent._quiet_until > time.monotonic()


def test_an_agent_without_a_line_tries_less_and_less_often(machine: Machine) -> None:
    agent, pauses = machine.agent(), []
    machine.line.is_cut = True
    for _time in range(12):
        agent._quiet_until = 0.0
        before = time.monotonic()
        agent.turn()
        pauses.append(agent._quiet_until - before)
    assert pauses[0] < 2.5 and max(pauses) <= 31 and min(pauses[6:]) > 10


def test_a_server_that_is_away_for_days_ends_no_agent(machine: Machine) -> None:
    agent = machine.agent()
    machine.line.is_cut = True
    for _time in range(5000):
        agent._back_off(Unreachable("cut"))
    assert 15 <= agent._quiet_until - time.monotonic() + 1 <= 31
    waiting = Waiting(machine.session(), list)
    waiting._address, waiting._failures = f"http://127.0.0.1:{free_port()}", 5000
    assert 30 <= waiting._once() <= 60


def test_files_are_compared_before_anything_begins(
    machine: Machine, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submitted(library, operator, "echo right", machine.guid)
    monkeypatch.setattr(machine.line, "get_bytes", lambda *_names, **_options: b"echo wrong")
    machine.agent().run_once()
    assert (item_of(run).last_error, printed(run)) == ("content_mismatch", b"")


def test_a_line_that_breaks_while_files_come_begins_nothing(
    machine: Machine, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submitted(library, operator, "echo whole", machine.guid)

    def broken(*_names: Any, **_options: Any) -> bytes:
        raise Unreachable("cut")

    with monkeypatch.context() as patched:
        patched.setattr(machine.line, "get_bytes", broken)
        machine.agent().turn()
    assert machine.agent().run_once() == 1
    assert (printed(run), item_of(run).attempt_number) == (b"whole\n", 1)


def test_a_file_that_the_library_lost_fails_its_item_and_blocks_nothing(
    machine: Machine, library: PayloadStore, operator: Actor
) -> None:
    lost = submitted(library, operator, "echo lost", machine.guid)
    write_payload_files(payload_store())
    for content in Path(library.storage.path("")).rglob("*"):
        if content.is_file():
            content.unlink()
    kept = submitted(library, operator, "echo kept", machine.guid)
    assert machine.agent().run_once() == 2
    assert (item_of(lost).last_error, printed(kept)) == ("content_not_found", b"kept\n")


@pytest.mark.parametrize(
    ("code", "count"), {"stale_attempt": 0, "work_item_not_found": 0, "already_finalized": 1}.items()
)
def test_output_is_kept_only_while_it_is_still_taken(
    machine: Machine, library: PayloadStore, operator: Actor, code: str, count: int
) -> None:
    submitted(library, operator, "sleep 600", machine.guid)
    agent = machine.agent()
    agent._claim()
    [attempt] = agent._running.values()
    attempt.spooled.add_chunk(1, "stdout", b"late")
    agent._uploads._take_refusal(attempt.spooled, attempt, ServerRefused(409, {"code": code}))
    assert len(list(attempt.spooled.chunks())) == count
    agent._end()


def test_a_page_of_a_proxy_where_work_is_waited_for_is_no_answer(machine: Machine, tmp_path: Path) -> None:
    page = tmp_path / "site/api/agent/wait"
    page.parent.mkdir(parents=True)
    page.write_text("<html>Log in to this network</html>")
    serving = partial(SimpleHTTPRequestHandler, directory=tmp_path / "site")
    with ThreadingHTTPServer(("127.0.0.1", 0), serving) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        with pytest.raises(Unreachable):
            machine.session().wait_at(f"http://127.0.0.1:{proxy.server_port}/")
        proxy.shutdown()


def test_the_loop_ends_when_it_is_told_to(machine: Machine) -> None:
    stopped = Event()
    machine.line.is_cut = True
    thread = Thread(target=machine.agent().run, args=(stopped,))
    thread.start()
    stopped.set()
    thread.join(HANG_SECONDS)
    assert not thread.is_alive()
