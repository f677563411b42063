"""An enrolled device that lies: what it sends is refused by name or bounded, and nothing else suffers."""

import base64
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assemblies.execution.events import find_breaks
from assemblies.execution.models import RunOutput, WorkItem, WorkItemEvent
from assemblies.execution.states import Status
from assemblies.fleet import limits
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.agent.machines import Machine, item_of, printed, submitted
from tests.effort import effort
from tests.fleet.agent import HEARTBEAT, Agent, enrolled

CLAIM, ITEMS = "/api/agent/script/request", "/api/agent/items"
CHUNK_BYTES, CHUNKS_PER_MESSAGE = 64 * 1024, 16
# Sent as fast as the server takes it; what it keeps is bounded all the same.
OUTPUT_BYTES = effort(gate=24 * 1024**2, torture=10 * 1024**3)


@pytest.fixture
def liar() -> Agent:
    return enrolled("liar")


@pytest.fixture
def held(liar: Agent, library: PayloadStore, operator: Actor, machine: Machine) -> str:
    """An item that the lying device has claimed."""
    run = submitted(library, operator, "echo", liar.guid)
    assert liar.call(CLAIM).json()["status"] == "work"
    return item_of(run).work_item_hash


def say(agent: Agent, item: str, verb: str, **body: Any) -> tuple[int, str]:
    answer = agent.call(f"{ITEMS}/{item}/{verb}", {"attempt_number": 1} | body)
    return answer.status_code, answer.json().get("code", "")


def test_anothers_item_is_not_there_whatever_is_said_of_it(
    machine: Machine, liar: Agent, library: PayloadStore, operator: Actor
) -> None:
    run = submitted(library, operator, "echo mine", machine.guid)
    item = item_of(run).work_item_hash
    machine.claim()
    chunk = {"seq": 1, "stream": "stdout", "content": "eA=="}
    for verb, body in (("progress", {}), ("output", {"chunks": [chunk]}), ("complete", {}), ("fail", {})):
        assert say(liar, item, verb, **body) == (404, "work_item_not_found")
    assert liar.call(CLAIM, {"held": [{"work_item_hash": item, "attempt_number": 1}]}).json()["status"] == "idle"
    assert liar.call(HEARTBEAT, {"guid": machine.guid}).json()["code"] == "device_guid_mismatch"
    assert (item_of(run).status, printed(run)) == (Status.DISPATCHED, b"")


@pytest.mark.parametrize("verb", ["claim", "complete", "fail"])
def test_a_proof_counts_once(liar: Agent, held: str, verb: str) -> None:
    path = CLAIM if verb == "claim" else f"{ITEMS}/{held}/{verb}"
    body = {} if verb == "claim" else {"attempt_number": 1}
    proof = liar.proof("POST", path, liar.tokens["access_token"])
    first, second = (liar.call(path, body, proof=proof) for _time in range(2))
    assert first.status_code == 200 and (second.status_code, second.json()["code"]) == (401, "dpop_replayed")


def test_a_proof_of_one_message_is_none_of_another(liar: Agent, held: str) -> None:
    token = liar.tokens["access_token"]
    proof = liar.proof("POST", f"{ITEMS}/{held}/progress", token)
    for path in (CLAIM, f"{ITEMS}/{held}/complete", HEARTBEAT):
        assert liar.call(path, {"attempt_number": 1}, proof=proof).json()["code"] == "dpop_invalid"
    thief = Agent(tokens=liar.tokens)
    assert thief.call(HEARTBEAT).json()["code"] == "dpop_mismatch"


@pytest.mark.parametrize("attempt", [0, -1, 2, 2**31, 2**63, 2**200, "1", "01", True, None, 1.0, [1], {"n": 1}])
def test_a_forged_attempt_number_is_refused(liar: Agent, held: str, attempt: Any) -> None:
    before = WorkItemEvent.objects.filter(work_item_hash=held).count()
    for verb in ("progress", "complete", "fail"):
        status, code = say(liar, held, verb, attempt_number=attempt)
        assert (status, code) in {(400, "invalid_field"), (409, "stale_attempt")}
    assert say(liar, held, "output", attempt_number=attempt, chunks=[])[0] in (400, 409)
    assert WorkItemEvent.objects.filter(work_item_hash=held).count() == before


def test_output_without_end_is_bounded_and_harms_nothing_else(
    liar: Agent, held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PERIOD", timedelta(milliseconds=1))
    content = base64.b64encode(b"x" * CHUNK_BYTES).decode()
    seq = sent = 0
    while sent < OUTPUT_BYTES:
        chunks = [{"seq": seq + n, "stream": "stdout", "content": content} for n in range(1, CHUNKS_PER_MESSAGE + 1)]
        status, code = say(liar, held, "output", chunks=chunks)
        if code == "token_expired":
            # Ten gigabytes take longer than a token lives.
            assert liar.refresh().status_code == 200
            continue
        assert status in (200, 429)
        seq, sent = seq + CHUNKS_PER_MESSAGE, sent + CHUNKS_PER_MESSAGE * CHUNK_BYTES
        kept = RunOutput.objects.filter(work_item_hash=held)
        assert kept.count() * CHUNK_BYTES <= settings.RUN_OUTPUT_MAX_BYTES + CHUNK_BYTES
    assert Client().get("/health").status_code == 200
    assert say(liar, held, "complete") == (200, "")


def test_a_flood_of_messages_is_answered_with_a_limit(liar: Agent, held: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from assemblies.api.fleet import work

    monkeypatch.setattr(work, "MESSAGES_PER_DEVICE", 3)
    answers = [say(liar, held, "progress") for _time in range(5)]
    assert answers == [(200, "")] * 3 + [(429, "rate_limited")] * 2


def test_what_comes_out_of_order_changes_nothing_it_may_not(liar: Agent, held: str) -> None:
    chunk = {"seq": 9, "stream": "stdout", "content": base64.b64encode(b"late\n").decode()}
    assert say(liar, held, "complete")[0] == 200
    assert say(liar, held, "progress") == (409, "already_finalized")
    assert say(liar, held, "fail", error="no, it failed") == (409, "already_finalized")
    assert say(liar, held, "complete") == (409, "already_finalized")
    assert say(liar, held, "output", chunks=[chunk])[0] == 200
    item = WorkItem.objects.get(work_item_hash=held)
    assert (item.status, item.last_error) == (Status.COMPLETED, "")
    told = [event.event_type for event in WorkItemEvent.objects.filter(work_item_hash=held).order_by("seq")]
    assert told == ["enqueued", "dispatched", "completed"]


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_off_by_a_day_is_told_the_time(liar: Agent, held: str, days: int) -> None:
    token, path = liar.tokens["access_token"], f"{ITEMS}/{held}/progress"
    wrong = int((timezone.now() + timedelta(days=days)).timestamp())
    answer = liar.call(path, {"attempt_number": 1}, proof=liar.proof("POST", path, token, iat=wrong))
    assert (answer.status_code, answer.json()["code"]) == (401, "dpop_invalid")
    assert abs(datetime.fromisoformat(answer.json()["server_time"]) - timezone.now()) < timedelta(minutes=1)
    assert say(liar, held, "progress")[0] == 200


def test_an_agent_whose_clock_is_off_by_a_day_works(
    machine: Machine, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    run = submitted(library, operator, "echo on time", machine.guid)
    true_time = time.time
    monkeypatch.setattr("assemblies.agent.session.time.time", lambda: true_time() + 86_400)
    assert machine.agent().run_once() == 1
    assert (item_of(run).status, printed(run)) == ("Completed", b"on time\n")


VERBS = st.sampled_from(["progress", "output", "complete", "fail", "claim"])
BODIES = st.fixed_dictionaries(
    {"attempt_number": st.sampled_from([1, 1, 1, 2, 0])},
    optional={
        "exit_code": st.sampled_from([0, 1, -9, 2**31, "0"]),
        "outcome": st.sampled_from(["failed", "timed_out", "canceled", "completed", "lost"]),
        "error": st.text(max_size=20),
        "result_signature": st.sampled_from(["", "AAAA", "ü", "A" * 88]),
        "chunks": st.lists(
            st.fixed_dictionaries(
                {
                    "seq": st.integers(-1, 4),
                    "stream": st.sampled_from(["stdout", "stderr", "x"]),
                    "content": st.sampled_from(["", "eA==", "%"]),
                }
            ),
            max_size=3,
        ),
        "status": st.just("Completed"),
    },
)


@hypothesis_settings(
    max_examples=effort(gate=15, torture=1000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(messages=st.lists(st.tuples(VERBS, BODIES), min_size=1, max_size=8))
def test_whatever_is_said_in_whatever_order_is_answered_and_leaves_a_whole_history(
    messages: list[tuple[str, dict[str, Any]]], liar: Agent, library: PayloadStore, operator: Actor, machine: Machine
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "refuse_exhausted", lambda *_given: None)
        patch.setattr("assemblies.api.fleet.work.CLAIMS_PER_DEVICE", 10**6)
        patch.setattr("assemblies.api.fleet.work.MESSAGES_PER_DEVICE", 10**6)
        # What earlier examples left held would leave no room for a claim.
        WorkItem.objects.filter(target_device=liar.guid).update(status=Status.CANCELED)
        row = item_of(submitted(library, operator, "echo", liar.guid))
        item = row.work_item_hash
        for verb, body in messages:
            path = CLAIM if verb == "claim" else f"{ITEMS}/{item}/{verb}"
            answer = liar.call(path, {} if verb == "claim" else body)
            assert answer.status_code in {200, 400, 404, 409}, (verb, json.dumps(body), answer.content)
        row.refresh_from_db()
        assert not list(find_breaks(row))
        last = WorkItemEvent.objects.filter(work_item_hash=item).order_by("-seq")[0]
        assert last.to_status in ("", row.status)


def test_a_device_learns_nothing_of_the_files_of_others(
    machine: Machine, liar: Agent, held: str, library: PayloadStore, operator: Actor, tmp_path: Path
) -> None:
    run = submitted(library, operator, "echo a secret of another", machine.guid)
    script = item_of(run).settings["script"]["sha256"]
    path = f"{ITEMS}/{held}/files/{script}"
    token = liar.tokens["access_token"]
    headers = {"Authorization": f"DPoP {token}", "DPoP": liar.proof("GET", path, token)}
    answer = liar.client.get(f"{path}?attempt_number=1", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "content_not_found")
