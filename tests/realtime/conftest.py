"""The realtime server as it runs: granian in a thread of its own, over the test's databases, at a port of its own."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections
from pytest_django import Settings

from assemblies.execution.models import ExecutionEpoch
from assemblies.realtime import application, hub
from assemblies.realtime.server import serve_realtime
from tests.commands.deployment import free_port
from tests.fleet.agent import Agent
from tests.fleet.conftest import nobody_heard, signing_key_file
from tests.patience import HANG_SECONDS

__all__ = ["nobody_heard", "signing_key_file"]
WAIT = "/api/agent/wait"


class Realtime:
    """Asks the server as devices and programs do."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connections: list[HTTPConnection] = []

    def open(self, path: str, method: str = "GET", **headers: str) -> HTTPResponse:
        """Send a request and return the answer once its head has come; the body may go on."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=HANG_SECONDS)
        self.connections.append(connection)
        connection.request(method, path, headers=headers)
        return connection.getresponse()

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, Any]]:
        with closing(self.open(path, method, **headers)) as answer:
            return answer.status, json.loads(answer.read())

    def close(self) -> None:
        for connection in self.connections:
            connection.close()

    def wait(self, agent: Agent, **other: Any) -> tuple[int, dict[str, Any]]:
        """Wait for work as a device."""
        return self.ask(WAIT, **self.signed(agent, **other))

    def signed(self, agent: Agent, **other: Any) -> dict[str, str]:
        token = agent.tokens["access_token"]
        return {"Authorization": f"DPoP {token}", "DPoP": agent.proof("GET", WAIT, token, **other)}


@pytest.fixture
def realtime(transactional_db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Realtime]:
    settings.REALTIME_PORT = free_port()
    monkeypatch.setattr(application, "WAIT_SECONDS", HANG_SECONDS)
    monkeypatch.setattr(hub, "PRESENCE_SECONDS", 0.2)
    stopped = Event()
    thread = Thread(target=serve_realtime, args=(stopped,), daemon=True)
    thread.start()
    server = Realtime(settings.REALTIME_PORT)
    _until_it_answers(server)
    yield server
    server.close()
    stopped.set()
    thread.join(HANG_SECONDS)
    assert not thread.is_alive()


def _until_it_answers(server: Realtime) -> None:
    ends_at = time.monotonic() + HANG_SECONDS
    while True:
        try:
            if server.ask("/health")[0] == 200:
                return
        except OSError:
            assert time.monotonic() < ends_at
            time.sleep(0.05)


@pytest.fixture
def in_thread() -> Iterator[Callable[..., Callable[[], Any]]]:
    """Call something in a thread; what is returned waits for its result."""
    threads: list[Thread] = []

    def start(call: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
        found: list[Any] = []
        thread = Thread(target=lambda: found.append(call(*arguments)), daemon=True)
        threads.append(thread)
        thread.start()

        def result() -> Any:
            thread.join(HANG_SECONDS)
            return found[0]

        return result

    yield start
    for thread in threads:
        thread.join(HANG_SECONDS)


@pytest.fixture
def epoch(transactional_db: None) -> None:
    from tests.execution.orders import EPOCH

    ExecutionEpoch.objects.update_or_create(id=1, defaults={"epoch": EPOCH})
    connections["execution"].ensure_connection()
