"""How a run ends, and what each of its parties hears when another one is no longer there."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assemblies.supervision import Chunk, Outcome, Started, Variable, supervise
from assemblies.supervision.errors import BrokenFrame, InvalidOrder
from assemblies.supervision.frames import Frame, read_frame, write_frame
from tests.supervision.runs import Heard, bash, exited, heard_of, processes_of, run


@pytest.mark.parametrize(
    ("script", "code", "number"),
    [("exit 0", 0, None), ("exit 255", 255, None), ("kill -SEGV $$", None, 11), ("kill -9 $$", None, 9)],
)
def test_an_exit_code_and_a_deadly_signal_are_told_apart(script: str, code: int | None, number: int | None) -> None:
    result = exited(bash(script)).result
    assert (result.exit_code, result.signal) == (code, number)


def test_a_script_may_clean_up_within_the_grace() -> None:
    order = bash("trap 'echo cleaned; exit 3' TERM; echo ready; while :; do sleep 0.05; done")
    running = supervise(order)
    heard = Heard(running.directory)
    while not heard.text():
        heard.take(running.next_event() or pytest.fail("it ended"))
    running.cancel("enough")
    for event in running.events():
        heard.take(event)
    result = heard.result
    assert heard.text() == b"ready\ncleaned\n"
    assert (result.outcome, result.reason, result.exit_code) == (Outcome.CANCELED, "enough", 3)


def test_a_run_that_is_renewed_goes_on() -> None:
    running = supervise(bash("sleep 2.5; echo whole", limits={"lease_seconds": 2.0}))
    heard = Heard(running.directory)
    while running.result is None:
        running.renew()
        if event := running.next_event(0.1):
            heard.take(event)
    assert heard.text() == b"whole\n" and heard.result.outcome is Outcome.EXITED


def test_several_runs_go_on_at_once_and_each_keeps_to_itself(tmp_path: Path) -> None:
    # Each waits for all the others: run one after the other, none would end.
    meet = f"touch {tmp_path}/$NUMBER; until [ $(ls {tmp_path} | wc -l) = 6 ]; do sleep 0.05; done; echo $NUMBER"
    runs = [supervise(bash(meet, variables=(Variable("number", number),))) for number in range(6)]
    for number, running in enumerate(runs):
        assert heard_of(running).text() == f"{number}\n".encode()


def test_a_run_left_early_is_canceled_and_over() -> None:
    order = bash("sleep 600")
    with pytest.raises(ZeroDivisionError), supervise(order) as running:
        assert isinstance(running.next_event(), Started)
        1 / 0  # noqa: B018, what happens within is the worker's own business
    assert running.result is not None and running.result.outcome is Outcome.CANCELED
    assert running.next_event() is None
    assert not processes_of(order.owner)


def test_a_supervisor_that_its_script_ends_politely_ends_the_run_first() -> None:
    result = run(bash("kill -TERM $PPID; sleep 600")).result
    assert (result.outcome, result.reason) == (Outcome.CANCELED, "The supervisor was told to end.")


def test_a_program_that_cannot_be_started_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"\x7fELF nonsense")
    (tmp_path / "bad").chmod(0o755)
    result = run(bash(f"#!{tmp_path}/bad\n")).result
    assert (result.outcome, result.code) == (Outcome.NOT_STARTED, "start_failed")


def test_a_base_that_is_not_there_starts_nothing(tmp_path: Path) -> None:
    result = run(bash("true", base=tmp_path / "nowhere")).result
    assert (result.outcome, result.code) == (Outcome.NOT_STARTED, "start_failed")


@pytest.mark.parametrize(
    "fields",
    [
        {"owner": "a/b"},
        {"owner": ""},
        {"limits": {"timeout_seconds": 0}},
        {"limits": {"timeout_seconds": float("nan")}},
        {"limits": {"lease_seconds": -1}},
    ],
)
def test_an_order_that_makes_no_sense_is_rejected_before_anything_starts(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidOrder):
        supervise(bash("true", **fields))


def test_an_order_that_breaks_off_starts_nothing(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    whole = io.BytesIO()
    order = bash(f"touch {ran}", base=tmp_path)
    for frame in order.frames():
        write_frame(whole, frame)
    sent = whole.getvalue()
    program = "import sys; sys.path.insert(0, sys.argv[1]); from assemblies.supervision.supervisor import main; main()"
    command = [sys.executable, "-c", program, str(Path.cwd())]
    for size in (0, 5, len(sent) // 2, len(sent) - 1):
        ended = subprocess.run(command, input=sent[:size], capture_output=True, check=True)
        assert ended.stdout == b"" and ended.stderr == b""
    assert list(tmp_path.iterdir()) == []


def test_a_frame_survives_any_bytes_and_is_known_to_be_cut() -> None:
    stream = io.BytesIO()
    write_frame(stream, Frame("chunk", {"number": 1}, bytes(range(256))))
    for size in range(1, len(stream.getvalue())):
        with pytest.raises(BrokenFrame):
            read_frame(io.BytesIO(stream.getvalue()[:size]))
    stream.seek(0)
    assert read_frame(stream) == Frame("chunk", {"number": 1}, bytes(range(256)))
    assert read_frame(stream) is None


def test_a_supervisor_that_is_stuck_is_ended_by_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assemblies.supervision.running._MARGIN_SECONDS", 0.0)
    order = bash(
        "kill -STOP $PPID; sleep 600",
        limits={"timeout_seconds": 1.5, "give_up_seconds": 0.1, "grace_seconds": 0.1, "linger_seconds": 0},
    )
    result = run(order).result
    assert result.outcome is Outcome.SUPERVISOR_LOST and result.directory_left == ""


def test_a_killed_supervisor_is_reported_with_what_had_been_heard() -> None:
    running = supervise(bash("echo early; sleep 600"))
    heard = Heard(running.directory)
    while not any(isinstance(event, Chunk) for event in heard.events):
        heard.take(running.next_event() or pytest.fail("it ended"))
    os.kill(running._process.pid, signal.SIGKILL)
    for event in running.events():
        heard.take(event)
    assert heard.text() == b"early\n" and heard.result.outcome is Outcome.SUPERVISOR_LOST
    assert not heard.directory.exists()
