"""The worker for real: scripts in processes, a library in files, `serve` and `run_worker`."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.commands.deployment import Deployment, Prepared
from tests.patience import HANG_SECONDS

SUBMIT = """
import django, json, sys
django.setup()
from dataclasses import replace
from uuid import uuid4
from assemblies.actions.permit import get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.execution.local import place_of_runs
from assemblies.execution.subject import subject_of_draft
from assemblies.execution.submission import RunOptions, submit
from assemblies.permissions import Verb
from devmode.actor import Actor
permit = get_permit(Actor.of_command("test"), LibraryEvent.RUN, place_of_runs(), verb=Verb.RUN)
for kind, script, declared, options in json.loads(sys.argv[1]):
    said = options.pop("said", {})
    subject = replace(subject_of_draft(kind, script, declared, max_bytes=10**6), **said)
    print(submit(subject, RunOptions(**options), permit=permit, run_id=str(uuid4())).run_id)
"""
READ = """
import django, json, sys
django.setup()
from assemblies.execution.models import Run, RunOutput, WorkItem, WorkItemAttempt, WorkItemEvent, WorkItemSecret
def facts(run):
    [item] = WorkItem.objects.of_run(run.run_id)
    outputs = RunOutput.objects.filter(run_id=run.run_id).order_by("id")
    attempts = list(WorkItemAttempt.objects.filter(run_id=run.run_id).order_by("attempt_number"))
    return {
        "status": run.status, "item": item.status, "error": item.last_error, "attempts": item.attempt_number,
        "waiting_for": item.waiting_for,
        "stdout": b"".join(bytes(one.content) for one in outputs if one.stream == "stdout").decode("latin-1"),
        "stderr": b"".join(bytes(one.content) for one in outputs if one.stream == "stderr").decode("latin-1"),
        "exit_codes": [attempt.exit_code for attempt in attempts],
        "dropped": sum(attempt.output_dropped_bytes for attempt in attempts),
        "events": [e.event_type for e in WorkItemEvent.objects.filter(run_id=run.run_id).order_by("seq")],
    }
print(json.dumps({run.run_id: facts(run) for run in Run.objects.all()} | {"secrets": WorkItemSecret.objects.count()}))
"""
Draft = tuple[str, str, list[dict[str, Any]], dict[str, Any]]
ALL_BYTES = "import sys; sys.stdout.buffer.write(bytes(range(256)))"
TELL = "import os; print(os.environ['PASS_WORD'])"
LONG = "import sys\nfor n in range(300000): sys.stdout.write(f'{n:07}\\n')"


def submit(deployment: Deployment, *drafts: Draft) -> list[str]:
    process = deployment.start_python("-c", SUBMIT, json.dumps(drafts))
    said, complaints = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 0, complaints
    return said.split()


def read(deployment: Deployment) -> dict[str, Any]:
    process = deployment.start_python("-c", READ)
    said, complaints = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 0, complaints
    facts: dict[str, Any] = json.loads(said)
    return facts


def wait_for(deployment: Deployment, run_id: str, status: str) -> dict[str, Any]:
    ends_at = time.monotonic() + HANG_SECONDS
    while True:
        facts: dict[str, Any] = read(deployment)[run_id]
        if facts["status"] == status:
            return facts
        assert time.monotonic() < ends_at, facts
        time.sleep(0.5)


@pytest.fixture
def deployment(prepared: Prepared, tmp_path: Path) -> Deployment:
    return Deployment.of(prepared, tmp_path / "var", BOREALIS_LOCAL_WORKER="on")


@pytest.fixture(scope="module")
def outcomes(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What became of scripts of every kind, carried out by one `run_worker --once`."""
    deployment = Deployment.of(prepared, tmp_path_factory.mktemp("runs") / "var", BOREALIS_LOCAL_WORKER="on")
    password = [{"name": "pass-word", "type": "password"}]
    drafts: dict[str, Draft] = {
        "greeting": ("bash", "echo hello $NAME; echo oops >&2", [{"name": "name"}], {"variables": {"name": "wörld"}}),
        "failure": ("bash", "exit 3", [], {}),
        "reboot": ("bash", "exit 4", [], {"said": {"exit_codes": {"4": "reboot"}}}),
        "not enough": ("bash", "exit 0", [], {"said": {"exit_codes": {"0": "failure"}}}),
        "signal": ("bash", "kill -9 $$", [], {}),
        "secret": (
            "python",
            "import os; print(os.environ['PASS_WORD'])",
            password,
            {"variables": {"pass-word": "hush!"}},
        ),
        "bytes": ("python", ALL_BYTES, [], {}),
        "long": ("python", LONG, [], {}),
        "hanging": ("bash", "echo before; sleep 600", [], {"timeout_seconds": 1}),
        "twice": ("bash", "exit 1", [], {"max_attempts": 2}),
        "windows": ("batch", "echo off", [], {}),
        "no_interpreter": ("python", "#!/usr/bin/nothing-like-this\nprint()", [], {}),
    }
    names = dict(zip(submit(deployment, *drafts.values()), drafts, strict=True))
    done = deployment.run("run_worker", "--once")
    assert done.returncode == 0, done.stderr
    facts = read(deployment)
    verified = deployment.run("verify_library", "--json")
    by_name = {names.get(name, name): value for name, value in facts.items()}
    return by_name | {"verified": verified, "root": deployment.root}


@pytest.mark.parametrize(
    ("name", "status", "exit_code", "stdout", "error"),
    [
        ("greeting", "Completed", 0, "hello wörld\n", ""),
        ("failure", "Failed", 3, "", "The script ended with exit code 3."),
        ("reboot", "Completed", 4, "", ""),
        ("not enough", "Failed", 0, "", "The script ended with exit code 0."),
        ("signal", "Failed", None, "", "The script was ended by signal 9."),
        ("secret", "Completed", 0, "[secret]\n", ""),
        ("hanging", "TimedOut", None, "before\n", "The script took longer than 1 s."),
    ],
)
def test_what_a_script_came_to(
    outcomes: dict[str, Any], name: str, status: str, exit_code: int | None, stdout: str, error: str
) -> None:
    facts = outcomes[name]
    assert (facts["status"], facts["item"], facts["error"]) == (status, status, error)
    assert facts["exit_codes"] == [exit_code]
    assert facts["stdout"].encode("latin-1").decode() == stdout
    assert facts["events"] == ["enqueued", "dispatched", "started", facts["events"][-1]]


def test_both_streams_are_kept_apart_and_no_credential_is(outcomes: dict[str, Any]) -> None:
    assert outcomes["greeting"]["stderr"] == "oops\n"
    assert outcomes["secrets"] == 0
    for file in Path(outcomes["root"]).rglob("*"):
        assert not file.is_file() or b"hush!" not in file.read_bytes(), file


def test_bytes_are_kept_as_they_are(outcomes: dict[str, Any]) -> None:
    assert outcomes["bytes"]["stdout"].encode("latin-1") == bytes(range(256))


def test_of_long_output_the_beginning_and_the_end_are_kept_and_the_rest_is_counted(outcomes: dict[str, Any]) -> None:
    facts = outcomes["long"]
    assert facts["status"] == "Completed"
    assert facts["stdout"].startswith("0000000\n0000001\n")
    assert facts["stdout"].endswith("0299998\n0299999\n")
    assert len(facts["stdout"]) + facts["dropped"] == 300_000 * 8
    assert len(facts["stdout"]) <= 1024 * 1024


def test_what_no_worker_has_waits_and_says_so(outcomes: dict[str, Any]) -> None:
    facts = outcomes["windows"]
    assert (facts["status"], facts["waiting_for"], facts["events"]) == ("Queued", "capability Batch", ["enqueued"])


def test_what_could_not_be_started_failed_and_says_why(outcomes: dict[str, Any]) -> None:
    facts = outcomes["no_interpreter"]
    assert (facts["status"], facts["exit_codes"]) == ("Failed", [None])
    assert "nothing-like-this" in facts["error"]


def test_a_failure_with_attempts_left_is_tried_again_later(outcomes: dict[str, Any]) -> None:
    facts = outcomes["twice"]
    assert (facts["item"], facts["attempts"], facts["exit_codes"]) == ("RetryScheduled", 1, [1])
    assert facts["events"][-1] == "retry_scheduled"


def test_the_library_verifies_with_runs_in_it(outcomes: dict[str, Any]) -> None:
    found = json.loads(outcomes["verified"].stdout)
    assert found["findings"] == []
    assert found["checked"]["manifests"] == 12


def test_serve_runs_what_is_queued_and_a_cancel_ends_it(deployment: Deployment) -> None:
    deployment.environment["BOREALIS_WORKER_CONCURRENCY"] = "1"
    with deployment.serve() as server:
        server.wait_until_it_answers()
        running, waiting = submit(deployment, ("bash", "echo up; sleep 600", [], {}), ("bash", "echo second", [], {}))
        wait_for(deployment, running, "Running")
        canceled = json.loads(deployment.answer("cancel_run", running, "--reason", "wrong one", "--json"))
        facts = wait_for(deployment, running, "Canceled")
        second = wait_for(deployment, waiting, "Completed")
        code, _seconds = server.end()

    assert canceled["run_id"] == running
    assert (facts["stdout"], facts["error"]) == ("up\n", "wrong one")
    assert facts["events"][-2:] == ["cancel_requested", "canceled"]
    assert second["stdout"] == "second\n"
    assert code == 0


@pytest.fixture
def killed(deployment: Deployment, tmp_path: Path) -> tuple[str, list[str]]:
    """A run whose worker was killed in the midst of it, and the processes it had started."""
    pids = tmp_path / "pids"
    script = f"echo $$ >> {pids}; sleep 600 & echo $! >> {pids}; setsid sleep 600 & echo $! >> {pids}; wait"
    [run_id] = submit(deployment, ("bash", script, [], {}))
    worker = deployment.start("run_worker")
    wait_for(deployment, run_id, "Running")
    while not pids.exists() or len(pids.read_text().split()) < 3:
        time.sleep(0.05)
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    return run_id, pids.read_text().split()


def test_of_a_killed_worker_no_process_is_left(killed: tuple[str, list[str]]) -> None:
    ends_at = time.monotonic() + HANG_SECONDS
    while left := [pid for pid in killed[1] if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < ends_at, left
        time.sleep(0.1)


@pytest.mark.slow
def test_a_killed_worker_fails_its_run_which_is_not_run_again(
    deployment: Deployment, killed: tuple[str, list[str]]
) -> None:
    worker = deployment.start("run_worker")
    try:
        facts = wait_for(deployment, killed[0], "Failed")
    finally:
        worker.terminate()
        worker.communicate(timeout=HANG_SECONDS)
    assert (facts["error"], facts["attempts"]) == ("worker_lost", 1)
    assert facts["events"][-2:] == ["stalled", "failed"]
