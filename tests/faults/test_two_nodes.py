"""Two web nodes and one flusher on one PostgreSQL: one node is killed, every session of the databases is ended, the
flusher is killed and replaced, and eight clients lose nothing that was acknowledged and read nothing older than it."""

import json
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Self

import pytest

from assemblies.databases import BY_ALIAS
from tests.commands.deployment import Deployment, free_port
from tests.commands.http_client import Answer, HttpClient
from tests.commands.postgresql_databases import databases_made, on_postgresql
from tests.effort import effort, keep_figures
from tests.patience import HANG_SECONDS, within

CLIENTS, ROWS = 8, 4
# Between one fault and the next.
SECONDS = effort(gate=1, torture=15)
ROUNDS = effort(gate=1, torture=4)
MIN_WRITES_A_SECOND = 3
REPLACED_SECONDS = 10
KEY = "a secret key that both nodes have, of fifty characters and more"
# What `serve` runs as a server process, alone: a node without a flusher of its own.
WEB = """
import sys
from threading import Event
import borealis_assemblies, django
django.setup()
from assemblies.management.server.http_server import serve_http
from assemblies.management.server.listening import listen
serve_http(Event(), application="borealis_assemblies.wsgi.application", listener=listen("127.0.0.1", int(sys.argv[1])))
"""


class Ledger:
    """What was acknowledged, of each row the newest revision, and what was seen that contradicts it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.newest: defaultdict[str, int] = defaultdict(int)
        self.revisions: list[int] = []
        self.faults: list[object] = []

    def acknowledge(self, guid: str, revision: int) -> None:
        with self.lock:
            self.newest[guid] = max(self.newest[guid], revision)
            self.revisions.append(revision)

    def acknowledged(self, guid: str) -> int:
        with self.lock:
            return self.newest[guid]

    def read(self, guid: str, revision: int, *, acknowledged_before: int) -> None:
        """Compare what was read with what had been acknowledged before the reading began."""
        if revision < acknowledged_before:
            self.faults.append(("stale", guid, revision, acknowledged_before))

    def find_lost(self, rows: dict[str, int]) -> list[object]:
        """Return what is missing from what the library has in the end, and what was acknowledged twice."""
        lost: list[object] = [guid for guid, revision in self.newest.items() if rows.get(guid, 0) < revision]
        return lost + [("twice", one) for one in set(self.revisions) if self.revisions.count(one) > 1]


class Node:
    """A web node, killed and started again at will."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment, self.port = deployment, free_port()
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.process = self.deployment.start_python("-c", WEB, str(self.port))

    def client(self, token: str) -> HttpClient:
        return HttpClient("127.0.0.1", self.port, token=token)

    def wait(self) -> None:
        ends_at = time.monotonic() + HANG_SECONDS
        while True:
            with self.client("") as client:
                if client.find_answer("GET", "/health"):
                    return
            assert time.monotonic() < ends_at
            time.sleep(0.05)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.communicate()


class Load:
    """Clients that change rows at one node and read them at the other while a `with` block runs."""

    def __init__(self, nodes: list[Node], token: str, guids: list[str]) -> None:
        self.nodes, self.token, self.guids = nodes, token, guids
        self.ledger, self.stopped = Ledger(), Event()
        self.threads = [Thread(target=self._run, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def _run(self, number: int) -> None:
        turn = number
        while not self.stopped.is_set():
            turn += 1
            guid = self.guids[turn % ROWS]
            here, there = self.nodes[turn % 2], self.nodes[(turn + 1) % 2]
            if item := self._ask(here, "PATCH", guid, {"summary": f"{number}-{turn}"}):
                self.ledger.acknowledge(guid, item["revision"])
            before = self.ledger.acknowledged(guid)
            if item := self._ask(there, "GET", guid):
                self.ledger.read(guid, item["revision"], acknowledged_before=before)

    def _ask(self, node: Node, method: str, guid: str, body: object = None) -> dict[str, int] | None:
        """Return the item, None where no answer came or the node says that it cannot answer now."""
        with node.client(self.token) as client:
            answer: Answer | None = client.find_answer(method, f"/api/assemblies/{guid}", body)
        if answer is None or answer[0] == 503:
            self.stopped.wait(0.05)
            return None
        if answer[0] != 200:
            self.ledger.faults.append(answer)
            return None
        return dict(answer[1])


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with databases_made(tuple(BY_ALIAS)) as urls:
        settings = {f"BOREALIS_{BY_ALIAS[alias].url_setting}": url for alias, url in urls.items()}
        yield Deployment(tmp_path / "var", BOREALIS_SECRET_KEY=KEY, BOREALIS_FLUSH_INTERVAL_SECONDS="1", **settings)


def end_every_session(url: str) -> int:
    """Let PostgreSQL end what is connected to the database; return how many sessions that were."""
    import psycopg

    ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        row = connection.execute(f"{ended} AND pid <> pg_backend_pid()").fetchone()
    return int(row[0]) if row else 0


def flushed(url: str) -> int:
    import psycopg

    with closing(psycopg.connect(url)) as connection:
        row = connection.execute("SELECT sequence FROM assemblies_watermark").fetchone()
    return int(row[0]) if row else 0


def seconds_until_flushed(url: str, more_than: int) -> float:
    began = time.monotonic()
    while flushed(url) <= more_than:
        assert time.monotonic() - began < HANG_SECONDS
        time.sleep(0.1)
    return time.monotonic() - began


class TestOnPostgresql:
    pytestmark = on_postgresql

    @pytest.mark.slow
    def test_nothing_is_lost_or_stale_whatever_ends_below_the_clients(self, deployment: Deployment) -> None:
        deployment.answer("prepare")
        token = deployment.answer("create_token", "admin")
        urls = {alias: deployment.environment[f"BOREALIS_{BY_ALIAS[alias].url_setting}"] for alias in BY_ALIAS}
        nodes = [Node(deployment), Node(deployment)]
        flusher = deployment.start("flush_worker")
        try:
            for node in nodes:
                node.start()
            for node in nodes:
                node.wait()
            body = {"display_name": "Row", "assembly_type": "bash", "payload": "echo\n"}
            with nodes[0].client(token) as client:
                guids = [client.ask("POST", "/api/assemblies", body)[1]["assembly_guid"] for _ in range(ROWS)]
            began, replaced = time.monotonic(), []
            with Load(nodes, token, guids) as load:
                for number in range(ROUNDS):
                    time.sleep(SECONDS)
                    nodes[number % 2].kill()
                    time.sleep(SECONDS)
                    nodes[number % 2].start()
                    assert end_every_session(urls["default"]) + end_every_session(urls["user_created"])
                    flusher.kill()
                    flusher.communicate()
                    reached = flushed(urls["user_created"])
                    flusher = deployment.start("flush_worker")
                    replaced.append(seconds_until_flushed(urls["user_created"], reached))
                    nodes[number % 2].wait()
                    time.sleep(SECONDS)
            lasted = time.monotonic() - began
        finally:
            flusher.kill()
            flusher.communicate()
            for node in nodes:
                node.kill()
        deployment.answer("flush_writes")
        rows = rows_of(deployment)
        assert load.ledger.faults == []
        assert load.ledger.find_lost(rows) == []
        assert len(load.ledger.revisions) > MIN_WRITES_A_SECOND * lasted / within(1)
        assert max(replaced) < within(REPLACED_SECONDS), replaced
        state = deployment.state()
        assert (state["pending"], state["replicas"]["user_created"]) == (0, state["head"])
        deployment.answer("verify_library")
        keep_figures(writes=len(load.ledger.revisions), seconds=lasted, seconds_until_flushed_again=max(replaced))


def rows_of(deployment: Deployment) -> dict[str, int]:
    code = (
        "import json; from assemblies.models import Assembly as A; "
        "print(json.dumps(dict(A.objects.values_list('guid', 'sequence'))))"
    )
    rows: dict[str, int] = json.loads(deployment.answer("shell", "--verbosity", "0", "--command", code))
    return rows


def test_the_ledger_names_what_is_lost_stale_or_acknowledged_twice() -> None:
    ledger = Ledger()
    ledger.acknowledge("a", 7)
    ledger.acknowledge("a", 7)
    ledger.acknowledge("b", 8)
    ledger.read("a", 6, acknowledged_before=ledger.acknowledged("a"))
    assert ledger.faults == [("stale", "a", 6, 7)]
    assert ledger.find_lost({"a": 7, "b": 5}) == ["b", ("twice", 7)]
