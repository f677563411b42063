"""Two nodes on one PostgreSQL, each with a runtime root, a worker and a realtime server of its own: their workers claim
disjoint work, one takes over what another's death leaves, and both realtime servers tell of everything."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from assemblies.databases import BY_ALIAS
from tests.commands.deployment import Deployment, free_port
from tests.commands.postgresql_databases import databases_made, on_postgresql
from tests.effort import effort
from tests.execution.test_worker import submit
from tests.patience import HANG_SECONDS
from tests.realtime.test_stream import read_event

pytestmark = [pytest.mark.slow, *on_postgresql]
KEY = "a secret key that both nodes have, of fifty characters and more"
ITEMS = effort(gate=24, torture=400)
# Lease and grace, and as much again for a busy machine.
SECONDS_TO_TAKE_OVER = 80
WAKE_SECONDS = 2
FACTS = """
import django, json
django.setup()
from assemblies.execution.models import Run, WorkItemAttempt
attempts = WorkItemAttempt.objects.order_by("attempt_number").values_list("run_id", "worker_id", "outcome")
print(json.dumps({"runs": dict(Run.objects.values_list("run_id", "status")), "attempts": list(attempts)}))
"""


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[Deployment]]:
    with databases_made(tuple(BY_ALIAS)) as urls:
        shared = {f"BOREALIS_{BY_ALIAS[alias].url_setting}": url for alias, url in urls.items()}
        shared |= {
            "BOREALIS_SECRET_KEY": KEY,
            "BOREALIS_PAYLOAD_STORAGE_URL": (tmp_path / "payloads").as_uri(),
            "BOREALIS_LOCAL_WORKER": "on",
        }
        made = [
            Deployment(tmp_path / name, BOREALIS_REALTIME_PORT=str(free_port()), **shared) for name in ("one", "two")
        ]
        for node in made:
            node.answer("prepare")
        yield made


def facts_of(node: Deployment) -> dict[str, Any]:
    process = node.start_python("-c", FACTS)
    said, complaints = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 0, complaints
    facts: dict[str, Any] = json.loads(said)
    return facts


def when_all_have_ended(node: Deployment) -> dict[str, Any]:
    ends_at = time.monotonic() + SECONDS_TO_TAKE_OVER + ITEMS
    while True:
        facts = facts_of(node)
        if not {"Queued", "Running"} & set(facts["runs"].values()):
            return facts
        assert time.monotonic() < ends_at, Counter(facts["runs"].values())
        time.sleep(1)


def test_workers_claim_disjoint_work_and_one_takes_over_what_the_other_left(
    nodes: list[Deployment], tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    begun.touch()
    script = f'echo "$NUMBER" >> {begun}; sleep 0.4'
    again = {"retry_when_lost": True, "max_attempts": 2}
    drafts = [
        ("bash", script, [{"name": "number"}], {"variables": {"number": str(number)}, **(again if number % 2 else {})})
        for number in range(ITEMS)
    ]
    runs = submit(nodes[0], *drafts)
    workers = [node.start("run_worker") for node in nodes]
    try:
        ends_at = time.monotonic() + HANG_SECONDS
        while len(begun.read_text().split()) < ITEMS // 3:
            assert time.monotonic() < ends_at, "no worker begins anything"
            time.sleep(0.05)
        # The node dies whole: the worker, its supervisors, and what they run.
        os.killpg(workers[0].pid, signal.SIGKILL)
        facts = when_all_have_ended(nodes[1])
    finally:
        for worker in workers:
            worker.terminate()
            worker.communicate(timeout=HANG_SECONDS)

    by_worker = Counter(worker for _run, worker, _outcome in facts["attempts"])
    assert len(by_worker) == 2
    attempts = Counter(run for run, _worker, _outcome in facts["attempts"])
    lost = {run for run, _worker, outcome in facts["attempts"] if outcome != "Completed"}
    assert lost, "the node was killed with nothing in its hands"
    counts = Counter(begun.read_text().split())
    for number, run in enumerate(runs):
        is_repeatable = bool(number % 2)
        assert facts["runs"][run] == ("Failed" if run in lost and not is_repeatable else "Completed")
        assert attempts[run] == (2 if run in lost and is_repeatable else 1)
        # A worker may die between its claim and the first line of the script.
        assert attempts[run] - (run in lost) <= counts[str(number)] <= attempts[run]


@contextmanager
def stream_at(port: int, token: str, **headers: str) -> Iterator[HTTPResponse]:
    """Follow the events at a server that may not listen yet."""
    ends_at = time.monotonic() + HANG_SECONDS
    with closing(HTTPConnection("127.0.0.1", port, timeout=HANG_SECONDS)) as connection:
        while True:
            try:
                connection.request("GET", "/api/events/stream", headers={"Authorization": f"Token {token}", **headers})
                break
            except OSError:
                connection.close()
                assert time.monotonic() < ends_at
                time.sleep(0.1)
        with closing(connection.getresponse()) as answer:
            assert answer.status == 200
            yield answer


def test_both_realtime_servers_wake_and_one_goes_on_where_the_other_ended(nodes: list[Deployment]) -> None:
    token = nodes[0].answer("create_token", "admin")
    ports = [int(node.environment["BOREALIS_REALTIME_PORT"]) for node in nodes]
    servers = [node.start("run_realtime") for node in nodes]
    try:
        with stream_at(ports[0], token) as one, stream_at(ports[1], token) as other:
            [run] = submit(nodes[0], ("bash", "echo", [], {}))
            began = time.monotonic()
            told = [read_event(one), read_event(other)]
            assert time.monotonic() - began < WAKE_SECONDS
            assert {event["payload"]["run_id"] for event in told} == {run}
            assert told[0]["event_guid"] == told[1]["event_guid"]

            servers[0].kill()
            servers[0].communicate()
            [second] = submit(nodes[1], ("bash", "echo", [], {}))
            assert read_event(other)["payload"]["run_id"] == second
        with stream_at(ports[1], token, **{"Last-Event-ID": told[0]["id"]}) as resumed:
            assert read_event(resumed)["payload"]["run_id"] == second
    finally:
        for server in servers:
            server.terminate()
            server.communicate(timeout=HANG_SECONDS)
