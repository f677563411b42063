"""Devices that only seem to be there: rows with keys, and agents that report work as done without running it.

For trying a library out, and for measuring one. They speak the protocol of real agents, over the network.
"""

import base64
import json
import random
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assemblies.agent.connection import Connection
from assemblies.agent.errors import AgentError, ServerRefused
from assemblies.agent.keys import DeviceKey
from assemblies.agent.messages import result_statement
from assemblies.agent.session import WAIT, Session, kept_tokens
from assemblies.agent.signed_work import named_attempt
from assemblies.agent.state import State
from assemblies.execution.transitions import ALIAS
from assemblies.fleet.access_tokens import LIFETIME_SECONDS
from assemblies.fleet.keys import PublicKey
from assemblies.fleet.models import Device, DeviceLabel, LabelKind
from assemblies.fleet.models import DeviceKey as DeviceKeyRow
from assemblies.fleet.refresh import issue_first
from devmode.write_lock import write_transaction

CLAIM, ITEMS = "/api/agent/script/request", "/api/agent/items"
OUTPUT = b"simulated\n"
ENDED: Mapping[str, Any] = {"outcome": "completed", "exit_code": 0, "stdout_sha256": "", "stderr_sha256": ""}
GROUP = "simulated"
BATCH = 100


class Memory(State):
    """A state that no file keeps."""

    def __init__(self, tokens: Mapping[str, Any]) -> None:
        super().__init__(Path())
        self._kept = dict(tokens)

    def read(self, name: str) -> dict[str, Any]:
        return self._kept

    def write(self, name: str, facts: Mapping[str, Any]) -> None:
        self._kept = dict(facts)


@dataclass
class Counts:
    """What the simulated agents did so far."""

    polls: int = 0
    waits: int = 0
    runs: int = 0
    errors: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, **more: int) -> None:
        with self.lock:
            for name, number in more.items():
                setattr(self, name, getattr(self, name) + number)


class SimulatedAgent:
    """One device that says it ran what it was given."""

    def __init__(self, server: Connection, guid: str, key: DeviceKey, tokens: Mapping[str, Any]) -> None:
        self.guid, self._key = guid, key
        self._session = Session(Memory(tokens), server, key, guid)
        self._to_say: deque[tuple[str, dict[str, Any]]] = deque()
        self._pause = 0.0

    def step(self, counts: Counts) -> float:
        """Send the next message, a claim where nothing is left to report; return in how many seconds the one after it
        is due.

        One at a time, so that of a whole fleet each speaks when it has something to say, as real ones do, and none has
        to wait until others have said everything.
        """
        return self._report(counts) if self._to_say else self._claim(counts)

    def wait_request(self, there: Connection) -> bytes:
        """Return the request with which a device waits for work at a realtime server."""
        lines = [f"GET {WAIT} HTTP/1.1", f"Host: {there.server.partition('://')[2]}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self._session.headers("GET", WAIT, there).items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def _claim(self, counts: Counts) -> float:
        answer = self._session.post(CLAIM, {})
        counts.add(polls=1)
        self._pause = float(answer["poll_after_ms"]) / 1000
        named = named_attempt(answer.get("work_item") or {})
        if answer["status"] != "work" or named is None:
            return self._pause
        self._to_say.extend(self._messages(*named))
        return 0.0

    def _report(self, counts: Counts) -> float:
        path, body = self._to_say[0]
        try:
            answer = self._session.post(path, body)
        except ServerRefused as refusal:
            if refusal.status != 429:
                self._to_say.clear()
            raise
        self._to_say.popleft()
        if self._to_say:
            return 0.0
        counts.add(runs=1)
        return 0.0 if answer["work_waits"] else self._pause

    def _messages(self, work_item_hash: str, attempt: int) -> Iterator[tuple[str, dict[str, Any]]]:
        chunk = {"seq": 0, "stream": "stdout", "content": _text(OUTPUT)}
        end = {**ENDED, "output_bytes": len(OUTPUT)}
        signature = _text(self._key.sign(result_statement(work_item_hash, attempt, end)))
        said: Mapping[str, Mapping[str, Any]] = {
            "progress": {},
            "output": {"chunks": [chunk]},
            "complete": {**end, "result_signature": signature},
        }
        for verb, body in said.items():
            yield f"{ITEMS}/{work_item_hash}/{verb}", {"attempt_number": attempt, **body}


def make_devices(count: int, server: str, *, now: datetime) -> list[SimulatedAgent]:
    """Make devices in the group `simulated`, straight in the database, and return their agents."""
    agents: list[SimulatedAgent] = []
    # One for all: each would read the system's authorities, a third of a megabyte.
    connection = Connection(server)
    for start in range(0, count, BATCH):
        with write_transaction(ALIAS):
            agents += [_make(connection, now) for _number in range(min(BATCH, count - start))]
    return agents


def _make(server: Connection, now: datetime) -> SimulatedAgent:
    key, guid = DeviceKey(Ed25519PrivateKey.generate()), str(uuid4()).upper()
    public = PublicKey(key.spki)
    device = Device.objects.create(
        guid=guid,
        hostname=f"simulated-{guid[:8].lower()}",
        fingerprint=public.fingerprint,
        enrolled_at=now,
        approved_by="simulate_agents",
    )
    DeviceKeyRow.objects.create(
        device=device, public_key=public.text, fingerprint=public.fingerprint, jkt=public.jkt, added_at=now
    )
    DeviceLabel.objects.create(device=device, kind=LabelKind.GROUP, name=GROUP)
    pair = issue_first(device, public.jkt, now=now)
    answer = {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "expires_in": LIFETIME_SECONDS,
    }
    return SimulatedAgent(server, guid, key, kept_tokens(answer, now=time.time()))


def simulate(agents: Sequence[SimulatedAgent], counts: Counts, stopped: threading.Event, *, threads: int) -> None:
    """Let every agent come when it is due, the first time spread over one period, until `stopped` is set."""
    spread = min(15.0, len(agents) / 100)
    due = [(time.monotonic() + random.uniform(0, spread), number) for number in range(len(agents))]  # noqa: S311
    heapify(due)
    lock = threading.Lock()
    workers = [
        threading.Thread(target=_work, args=(agents, due, lock, counts, stopped), daemon=True)
        for _number in range(threads)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _work(
    agents: Sequence[SimulatedAgent],
    due: list[tuple[float, int]],
    lock: threading.Lock,
    counts: Counts,
    stopped: threading.Event,
) -> None:
    while not stopped.is_set():
        with lock:
            next_one = heappop(due) if due and due[0][0] <= time.monotonic() else None
        if next_one is None:
            stopped.wait(0.02)
            continue
        pause = _step(agents[next_one[1]], counts)
        with lock:
            heappush(due, (time.monotonic() + pause, next_one[1]))


def _step(agent: SimulatedAgent, counts: Counts) -> float:
    try:
        return agent.step(counts)
    except ServerRefused as refusal:
        counts.add(errors=1)
        return refusal.retry_after or 5.0
    except (AgentError, json.JSONDecodeError):
        counts.add(errors=1)
        return 5.0


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
