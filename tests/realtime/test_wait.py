"""Devices wait for work with an open request: woken at once, heard as present, and refused as by REST."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from assemblies.fleet.models import Device, DeviceStatus
from assemblies.realtime import application
from tests.execution.orders import enqueued
from tests.fleet.agent import Agent, enrolled
from tests.patience import HANG_SECONDS
from tests.realtime.conftest import WAIT, Realtime

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "execution"]),
    pytest.mark.usefixtures("epoch"),
]
Start = Callable[..., Callable[[], Any]]


def work_for(agent: Agent) -> None:
    enqueued(item={"target_device": agent.guid}, targets=[agent.guid], now=timezone.now())


def until_waiting(realtime: Realtime, count: int = 1) -> None:
    while realtime.ask("/health")[1]["waiting"] < count:
        time.sleep(0.02)


def test_it_ends_without_work_and_at_once_where_there_is_some(
    realtime: Realtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "WAIT_SECONDS", 2.0)
    agent, other = enrolled("web-1"), enrolled("web-2")
    work_for(other)
    started = time.monotonic()
    status, answer = realtime.wait(agent)
    assert (status, answer["status"], answer["poll_after_ms"]) == (200, "idle", 0)
    assert time.monotonic() - started >= 2
    monkeypatch.setattr(application, "WAIT_SECONDS", HANG_SECONDS)
    work_for(agent)
    assert realtime.wait(agent)[1]["status"] == "work"


def test_it_is_woken_by_its_own_work(realtime: Realtime, in_thread: Start) -> None:
    agent, other = enrolled("web-1"), enrolled("web-2")
    found, others = in_thread(realtime.wait, agent), in_thread(realtime.wait, other)
    until_waiting(realtime, 2)
    work_for(agent)
    assert found()[1]["status"] == "work"
    assert realtime.ask("/health")[1]["waiting"] == 1
    work_for(other)
    assert others()[1]["status"] == "work"


def test_an_open_request_is_presence(realtime: Realtime, in_thread: Start) -> None:
    agent = enrolled()
    before = timezone.now()
    Device.objects.update(last_seen=None)
    ended = in_thread(realtime.wait, agent)
    until_waiting(realtime)
    ends_at = time.monotonic() + HANG_SECONDS
    while not (seen := Device.objects.get().last_seen):
        assert time.monotonic() < ends_at
        time.sleep(0.05)
    assert seen > before
    work_for(agent)
    assert ended()[1]["status"] == "work"


def test_of_two_requests_of_one_device_the_later_one_waits(realtime: Realtime, in_thread: Start) -> None:
    agent = enrolled()
    first = in_thread(realtime.wait, agent)
    until_waiting(realtime)
    second = in_thread(realtime.wait, agent)
    assert first()[1]["status"] == "work"
    until_waiting(realtime)
    work_for(agent)
    assert second()[1]["status"] == "work"


def test_who_is_no_enrolled_device_is_refused_as_by_rest(realtime: Realtime) -> None:
    agent = enrolled()
    for headers, status, code in (
        ({}, 401, "missing_authorization"),
        (realtime.signed(agent) | {"DPoP": "x.y.z"}, 401, "dpop_invalid"),
        (realtime.signed(agent, htu="http://127.0.0.1:5000/api/agent/heartbeat"), 401, "dpop_invalid"),
        (realtime.signed(agent) | {"Authorization": "DPoP x"}, 401, "invalid_token"),
    ):
        found, body = realtime.ask(WAIT, **headers)
        assert (found, body["code"], body["error"]) == (status, code, code)
        assert ("server_time" in body) == (code == "dpop_invalid")
    assert realtime.open(WAIT).headers["WWW-Authenticate"].startswith("DPoP ")
    Device.objects.update(status=DeviceStatus.REVOKED)
    assert realtime.wait(agent)[0] == 403


def test_a_quarantined_device_waits_for_nothing(realtime: Realtime) -> None:
    agent = enrolled()
    Device.objects.update(status=DeviceStatus.QUARANTINED)
    work_for(agent)
    status, answer = realtime.wait(agent)
    assert (status, answer["status"]) == (200, "quarantined")
    assert answer["poll_after_ms"] > 0


def test_there_is_nothing_else(realtime: Realtime) -> None:
    assert realtime.ask("/api/assemblies")[0] == 404
    assert realtime.ask(WAIT, "POST")[0] == 405
    assert realtime.ask("/health") == (200, {"status": "ok", "waiting": 0})
