"""What the figures of runs do within the library's own settings: `python -m benchmarks.queue_inside VERB …`."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import django

SECONDS_TO_WAIT = 60


def _permit() -> Any:
    from assemblies.actions.permit import get_permit
    from assemblies.audit_events import LibraryEvent
    from assemblies.execution.local import place_of_runs
    from assemblies.permissions import Verb
    from devmode.actor import Actor

    return get_permit(Actor.of_command("bench"), LibraryEvent.RUN, place_of_runs(), verb=Verb.RUN)


def _submit(script: str) -> str:
    from assemblies.execution.subject import subject_of_draft
    from assemblies.execution.submission import RunOptions, submit

    subject = subject_of_draft("bash", script, [], max_bytes=1 << 20)
    return submit(subject, RunOptions(), permit=_permit(), run_id=str(uuid4())).run_id


def claims(items: int, batch: int) -> float:
    """Return how many items a second one worker claims, `batch` at a time."""
    from assemblies.execution.claim import WorkerFacts, claim
    from assemblies.execution.enqueue import ItemOrder, RunOrder, enqueue
    from devmode.models.installation import Installation

    installation = Installation.current()
    one = ItemOrder(capability="Bench", action="Claim", settings={}, timeout_seconds=60)
    run_id = str(uuid4())
    order = RunOrder(
        run_id=run_id, instance_id=installation.instance_id, epoch=installation.epoch, assembly_guid="",
        display_name="Claims", domain="", revision=None, content_hash="", actor="bench", actor_id=None, reason="",
        targets=["server"], frozen={"run_id": run_id}, items=[one] * items,
    )  # fmt: skip
    enqueue(order, now=datetime.now(UTC))
    worker = WorkerFacts(worker_id="bench", actions=frozenset({("Bench", "Claim")}))
    started, count = time.perf_counter(), 0
    while found := claim(worker, limit=batch, epoch=installation.epoch, now=datetime.now(UTC)):
        count += len(found)
    return count / (time.perf_counter() - started)


def first_output(runs: int) -> list[float]:
    """Return the seconds from each submission until the first byte of output can be read."""
    return [_seconds_to_output() for _run in range(runs)]


def _seconds_to_output() -> float:
    from assemblies.execution.models import RunOutput

    started = time.perf_counter()
    run_id = _submit("echo hello")
    while not RunOutput.objects.filter(run_id=run_id).exists():
        if time.perf_counter() - started > SECONDS_TO_WAIT:
            raise RuntimeError("no output; is BOREALIS_LOCAL_WORKER on?")
        time.sleep(0.005)
    return time.perf_counter() - started


def submissions(seconds: float, runs_a_minute: float) -> int:
    """Submit runs evenly for so long, and return how many."""
    ends, count = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        _submit("true")
        count += 1
        time.sleep(max(0.0, 60 / runs_a_minute - 0.01))
    return count


def wait_until_idle() -> float:
    """Wait until nothing is live, and return the size of the database of runs in bytes, where it is a file."""
    from pathlib import Path

    from django.db import connections

    from assemblies.execution.models import WorkItem

    ends = time.monotonic() + SECONDS_TO_WAIT
    while WorkItem.objects.live().exists():
        if time.monotonic() > ends:
            raise RuntimeError("items stay live")
        time.sleep(0.2)
    with connections["execution"].cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return float(Path(str(connections["execution"].settings_dict["NAME"])).stat().st_size)


def page_of_output(size_bytes: int, times: int) -> list[float]:
    """Return the seconds that the page of a run with so much output takes to answer, after the first time."""
    from django.contrib.auth.models import User
    from django.test import Client

    run_id = _submit(f"head -c {size_bytes} /dev/zero | tr '\\0' 'x' | fold -w 79")
    wait_until_idle()
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(User.objects.get(username="admin"))
    return [_seconds_of(client, f"/admin/runs/{run_id}/") for _time in range(times + 1)][1:]


def _seconds_of(client: Any, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return time.perf_counter() - started


VERBS: dict[str, Callable[..., Any]] = {
    "claims": lambda items, batch: claims(int(items), int(batch)),
    "first_output": lambda runs: first_output(int(runs)),
    "submissions": lambda seconds, rate: submissions(float(seconds), float(rate)),
    "size": wait_until_idle,
    "page": lambda size, times: page_of_output(int(size), int(times)),
}

if __name__ == "__main__":
    django.setup()
    print(json.dumps(VERBS[sys.argv[1]](*sys.argv[2:])))
