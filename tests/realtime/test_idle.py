"""Connections without a request: closed after a while, and of one address, or of all, no more than so many."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest
from pytest_django import Settings

from assemblies.realtime import application, idle, server
from tests.fleet.agent import Agent, enrolled
from tests.hardening.server_thread import get, is_closed
from tests.patience import HANG_SECONDS
from tests.realtime.conftest import WAIT, Realtime

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "execution"])
ATTACKER, NEIGHBOUR, PROXY = "127.1.0.66", "127.1.0.7", "127.1.0.9"
Opened = list[socket.socket]
Open = Callable[..., Opened]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is closed in these tests is not closed for its age."""
    monkeypatch.setattr(server, "HEADER_MILLISECONDS", int(HANG_SECONDS * 1000))
    monkeypatch.setattr(idle, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(idle, "MAX_IDLE_PER_ADDRESS", 20)


@pytest.fixture
def small(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for 48 connections, twelve of which may be idle: one of the test itself, which asked whether it is there."""
    monkeypatch.setattr(server, "room_for_connections", lambda: 48)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEADER_MILLISECONDS", 500)


@pytest.fixture
def connected(realtime: Realtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Connect from an address so many times, and say something or nothing; a device waits for two seconds."""
    monkeypatch.setattr(application, "WAIT_SECONDS", 2.0)
    with ExitStack() as stack:

        def connect(count: int, source: str, said: bytes = b"") -> Opened:
            made = [
                socket.create_connection(("127.0.0.1", realtime.port), HANG_SECONDS, (source, 0)) for _ in range(count)
            ]
            for one in made:
                stack.enter_context(one).sendall(said)
            return made

        yield connect


def still_open(connections: Opened) -> int:
    return sum(not is_closed(one, seconds=0.001) for one in connections)


def until_open(connections: Opened, count: int) -> None:
    ends_at = time.monotonic() + HANG_SECONDS
    while (found := still_open(connections)) > count:
        assert time.monotonic() < ends_at, found
        time.sleep(0.05)


def wait_from(realtime: Realtime, agent: Agent, source: str) -> int:
    connection = HTTPConnection("127.0.0.1", realtime.port, timeout=HANG_SECONDS, source_address=(source, 0))
    realtime.connections.append(connection)
    connection.request("GET", WAIT, headers=realtime.signed(agent) | {"Connection": "close"})
    answer = connection.getresponse()
    assert b'"idle"' in answer.read()
    return answer.status


@pytest.mark.parametrize("said", [b"", b"GET /health HT", get("/health")], ids=["no byte", "half a header", "unused"])
def test_without_a_request_a_connection_is_closed_and_one_that_waits_is_not(
    impatient: None, realtime: Realtime, connected: Open, said: bytes
) -> None:
    agent = enrolled()
    (silent,) = connected(1, ATTACKER, said)
    # Longer than the others are given.
    assert wait_from(realtime, agent, ATTACKER) == 200
    if said.endswith(b"\r\n\r\n"):
        assert silent.recv(65536).startswith(b"HTTP/1.1 200")
    assert is_closed(silent, seconds=HANG_SECONDS)


def test_one_address_has_so_many_and_its_neighbour_and_its_devices_lose_none(
    patient: None, realtime: Realtime, connected: Open
) -> None:
    agent = enrolled()
    neighbours = connected(15, NEIGHBOUR)
    idle_ones = connected(60, ATTACKER) + connected(20, ATTACKER, b"GET / HT")
    assert wait_from(realtime, agent, ATTACKER) == 200
    until_open(idle_ones, 20)
    time.sleep(3 * idle.LOOK_SECONDS)
    assert (still_open(idle_ones), still_open(neighbours)) == (20, 15)


@pytest.fixture
def proxied(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [f"{PROXY}/32"]


def test_a_trusted_proxy_may_keep_more(proxied: None, patient: None, connected: Open) -> None:
    of_proxy, others = connected(40, PROXY), connected(40, ATTACKER)
    until_open(others, 20)
    assert still_open(of_proxy) == 40


def test_where_many_addresses_hold_too_much_they_share_what_may_be_idle(
    small: None, realtime: Realtime, connected: Open
) -> None:
    agent = enrolled()
    held = {number: connected(7, f"127.1.1.{number}") for number in range(1, 6)}
    for own in held.values():
        until_open(own, 2)
    assert wait_from(realtime, agent, NEIGHBOUR) == 200
    assert [still_open(own) for own in held.values()] == [2] * 5


def test_who_takes_all_room_keeps_nobody_out(small: None, realtime: Realtime, connected: Open) -> None:
    agent = enrolled()
    connected(120, ATTACKER)
    assert wait_from(realtime, agent, NEIGHBOUR) == 200
