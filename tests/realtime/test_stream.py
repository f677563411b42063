"""Streams of events: for those who may read them by REST, from now on or from where one was, by topic."""

import json
import time
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from assemblies.execution.cancel import cancel_run
from assemblies.execution.models import WorkItemEvent
from assemblies.fleet.models import Device
from assemblies.realtime import watching
from assemblies.schedules.models import JobEvent
from devmode.accounts.tokens import issue_token
from tests.execution.orders import enqueued
from tests.fleet.agent import enrolled
from tests.realtime.conftest import Realtime

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "execution"]),
    pytest.mark.usefixtures("epoch"),
]
STREAM = "/api/events/stream"


@pytest.fixture
def token(transactional_db: None) -> dict[str, str]:
    token, _row = issue_token(User.objects.create_user("vera"), ttl_seconds=600, now=timezone.now())
    return {"Authorization": f"Token {token}"}


def read_event(answer: Any) -> dict[str, Any]:
    """Return the next event of a stream, with its position as `id`."""
    lines: dict[str, str] = {}
    while True:
        line = answer.readline().decode().rstrip("\n")
        if not line and "data" in lines:
            return {"id": lines["id"], **json.loads(lines["data"])}
        name, _colon, value = line.partition(": ")
        if line and name:
            lines[name] = value


def until_followed(realtime: Realtime) -> None:
    while not realtime.ask("/health")[1]["waiting"]:
        time.sleep(0.02)


def test_events_come_as_they_happen_and_say_what_anybody_may_know(realtime: Realtime, token: dict[str, str]) -> None:
    answer = realtime.open(f"{STREAM}?topics=runs", **token)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
    until_followed(realtime)
    run = enqueued(now=timezone.now())
    event = read_event(answer)
    kept = WorkItemEvent.objects.get()
    assert (event["topic"], event["event_guid"], event["seq"]) == ("runs", kept.event_guid, 1)
    assert (event["payload"]["run_id"], event["payload"]["event_type"]) == (run.run_id, "enqueued")
    cancel_run(run.run_id, actor="ada", reason="a secret reason", now=timezone.now())
    event = read_event(answer)
    assert event["payload"]["to_status"] == "Canceled"
    assert "secret" not in json.dumps(event)


def test_that_a_device_came_is_a_hint_to_who_follows_devices(realtime: Realtime, token: dict[str, str]) -> None:
    agent = enrolled()
    answer = realtime.open(f"{STREAM}?topics=devices", **token)
    until_followed(realtime)
    for change in ({"last_seen": timezone.now()}, {"status": "quarantined"}):
        Device.objects.filter(guid=agent.guid).update(**change)
        event = read_hint(answer)
        assert (event["topic"], event["payload"]) == ("devices", {"event_type": "roster_changed"})


def read_hint(answer: Any) -> dict[str, Any]:
    while not (line := answer.readline()).startswith(b"data: "):
        assert not line.startswith(b"id:")
    return dict(json.loads(line.removeprefix(b"data: ")))


def test_one_run_is_followed_alone(realtime: Realtime, token: dict[str, str]) -> None:
    wanted = enqueued(now=timezone.now())
    answer = realtime.open(f"{STREAM}?topics=run:{wanted.run_id.upper()}", **token)
    until_followed(realtime)
    enqueued(now=timezone.now())
    cancel_run(wanted.run_id, actor="ada", reason="", now=timezone.now())
    event = read_event(answer)
    assert (event["topic"], event["payload"]["event_type"]) == (f"run:{wanted.run_id}", "canceled")


def test_who_comes_back_is_told_what_was_missed_and_nothing_twice(realtime: Realtime, token: dict[str, str]) -> None:
    first, second, third = (enqueued(now=timezone.now()) for _number in range(3))
    position = WorkItemEvent.objects.get(run_id=first.run_id).pk
    answer = realtime.open(STREAM, **token, **{"Last-Event-ID": str(position)})
    told = [read_event(answer), read_event(answer)]
    assert [event["payload"]["run_id"] for event in told] == [second.run_id, third.run_id]
    until_followed(realtime)
    fourth = enqueued(now=timezone.now())
    assert read_event(answer)["payload"]["run_id"] == fourth.run_id


def test_who_was_away_too_long_is_told_so(
    realtime: Realtime, token: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MAX_HISTORY", 2)
    for _number in range(4):
        enqueued(now=timezone.now())
    newest = WorkItemEvent.objects.latest("id").pk
    for position in (str(newest - 3), "-1", "x", "9" * 30):
        status, body = realtime.ask(STREAM, **token, **{"Last-Event-ID": position})
        assert (status, body["code"]) == (410, "history-too-old")


def job_event(number: int, event_type: str = JobEvent.STARTED, job_id: int = 7) -> JobEvent:
    facts = {"job_name": "Nightly", "occurrence_id": number, "run_id": str(uuid4()), "status": "Running"}
    now = timezone.now()
    return JobEvent.objects.create(
        event_guid=str(uuid4()), event_type=event_type, job_id=job_id, scheduled_at=now, emitted_at=now, **facts
    )


def test_jobs_are_followed_all_or_one_and_resumed_apart_from_runs(realtime: Realtime, token: dict[str, str]) -> None:
    enqueued(now=timezone.now())
    answer = realtime.open(f"{STREAM}?topics=job:7", **token)
    until_followed(realtime)
    job_event(1, job_id=8)
    kept = job_event(2)
    event = read_event(answer)
    assert (event["topic"], event["event_guid"], event["seq"]) == ("job:7", kept.event_guid, 1)
    assert event["payload"] == {
        "event_type": "job_run_started", "job_id": 7, "job_name": "Nightly", "occurrence": 2,
        "scheduled_ts": int(kept.scheduled_at.timestamp()), "run_id": kept.run_id, "status": "Running",
    }  # fmt: skip
    answer.close()

    job_event(2, JobEvent.COMPLETED)
    run = enqueued(now=timezone.now())
    again = realtime.open(f"{STREAM}?topics=runs,jobs", **token, **{"Last-Event-ID": event["id"]})
    told: dict[str, str] = {}
    while len(told) < 2:
        # What was known when the server itself had not read so far yet is told twice, under its GUID.
        if (one := read_event(again))["event_guid"] != kept.event_guid:
            told[one["payload"]["event_type"]] = one["payload"]["run_id"]
    assert told.keys() == {"enqueued", "job_run_completed"}
    assert told["enqueued"] == run.run_id


@pytest.mark.parametrize("topics", ["device", "job:", "job:x", "run:", "run:x", "runs,x", ",".join(["runs"] * 51)])
def test_topics_that_there_are_not(realtime: Realtime, token: dict[str, str], topics: str) -> None:
    status, body = realtime.ask(f"{STREAM}?topics={topics}", **token)
    assert (status, body["detail"]) == (400, {"field": "topics"})


def test_only_who_may_read_events_may_follow_them(realtime: Realtime) -> None:
    for headers in ({}, {"Authorization": "Token nonsense"}, {"Cookie": "sessionid=nonsense"}):
        status, body = realtime.ask(STREAM, **headers)
        assert (status, body["code"]) == (401, "not_authenticated" if "Authorization" not in headers else body["code"])
    assert realtime.open(STREAM).headers["WWW-Authenticate"]
