"""Who proves nothing is limited by address; who is enrolled has one request, whatever others of the same address do."""

from typing import Any

import pytest
from pytest_django import Settings

from assemblies.fleet.errors import RateLimited
from assemblies.realtime import application, limits
from assemblies.realtime.limits import Unproven
from tests.fleet.agent import enrolled
from tests.realtime.conftest import WAIT, Realtime


def scope(peer: str, forwarded_for: str = "") -> dict[str, Any]:
    return {"client": (peer, 40_000), "headers": [(b"x-forwarded-for", forwarded_for.encode())]}


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPROVEN_PER_ADDRESS", 2)


def test_an_address_has_so_many_at_a_time_and_others_are_not_counted_with_it() -> None:
    counted = Unproven()
    with counted.admitted(scope("203.0.113.7")), counted.admitted(scope("::ffff:203.0.113.7")):
        with pytest.raises(RateLimited), counted.admitted(scope("203.0.113.7")):
            pass
        with counted.admitted(scope("203.0.113.8")):
            pass
    with counted.admitted(scope("203.0.113.7")):
        pass


def test_a_site_of_ipv6_is_one_address() -> None:
    counted = Unproven()
    with counted.admitted(scope("2001:db8::1")), counted.admitted(scope("2001:db8::2")):
        with pytest.raises(RateLimited), counted.admitted(scope("2001:db8::3")):
            pass
        with counted.admitted(scope("2001:db8:0:1::1")):
            pass


def test_behind_a_trusted_proxy_its_clients_are_counted(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["192.0.2.1/32"]
    counted = Unproven()
    with counted.admitted(scope("192.0.2.1", "203.0.113.7")), counted.admitted(scope("192.0.2.1", "203.0.113.7")):
        with pytest.raises(RateLimited), counted.admitted(scope("192.0.2.1", "198.51.100.1, 203.0.113.7")):
            pass
        with counted.admitted(scope("192.0.2.1", "203.0.113.8")):
            pass


def test_nobody_is_counted_as_another_by_their_own_word() -> None:
    counted, liar = Unproven(), "203.0.113.9"
    with counted.admitted(scope(liar, "203.0.113.1")), counted.admitted(scope(liar, "203.0.113.2")):
        refused = counted.admitted(scope(liar, "203.0.113.3"))
        with pytest.raises(RateLimited):
            refused.__enter__()


@pytest.mark.django_db(transaction=True, databases=["default", "execution"])
def test_too_many_are_answered_429_and_those_that_wait_are_not_among_them(
    realtime: Realtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = enrolled()
    monkeypatch.setattr(limits, "MAX_UNPROVEN_PER_ADDRESS", 0)
    status, body = realtime.ask(WAIT)
    assert (status, body["code"]) == (429, "rate_limited")
    monkeypatch.setattr(limits, "MAX_UNPROVEN_PER_ADDRESS", 1)
    assert realtime.ask(WAIT)[0] == 401
    monkeypatch.setattr(application, "WAIT_SECONDS", 0.1)
    assert realtime.wait(agent)[1]["status"] == "idle"
