"""Eight clients change four rows through three server processes: no error, no stale read, no long wait."""

import time
from pathlib import Path
from threading import Thread

import pytest

from tests.commands.deployment import Deployment, Prepared, RunningServer
from tests.effort import effort
from tests.patience import within

CLIENTS, ROWS, WORKERS = 8, 4, 3
SECONDS = effort(gate=4, torture=20)


class Client:
    """Changes the rows in turn over a connection of its own, and reads each back over another."""

    def __init__(self, server: RunningServer, token: str, guids: list[str], number: int) -> None:
        self.server, self.token, self.guids, self.number = server, token, guids, number
        self.waits: list[float] = []
        self.revisions: list[int] = []
        self.faults: list[object] = []

    def run(self) -> None:
        deadline, turn = time.monotonic() + SECONDS, self.number
        with self.server.client(self.token) as writer:
            while time.monotonic() < deadline:
                turn += 1
                guid = self.guids[turn % len(self.guids)]
                started = time.monotonic()
                status, item = writer.ask("PATCH", f"/api/assemblies/{guid}", {"summary": f"{self.number}-{turn}"})
                self.waits.append(time.monotonic() - started)
                if status != 200:
                    self.faults.append((status, item))
                    continue
                self.revisions.append(item["revision"])
                self.check_read(guid, item["revision"], in_list=turn % 2 == 0)

    def check_read(self, guid: str, revision: int, *, in_list: bool) -> None:
        """Read over a new connection, which any server process may answer."""
        with self.server.client(self.token) as reader:
            status, answer = reader.ask("GET", "/api/assemblies" if in_list else f"/api/assemblies/{guid}")
        rows = answer.get("results", [answer]) if status == 200 else []
        seen = max((row["revision"] for row in rows if row.get("assembly_guid") == guid), default=0)
        if seen < revision:
            self.faults.append(("stale", status, seen, revision))


@pytest.mark.alone
def test_clients_of_several_server_processes_see_every_acknowledged_write(prepared: Prepared, tmp_path: Path) -> None:
    deployment = Deployment.of(prepared, tmp_path / "var", BOREALIS_FLUSH_INTERVAL_SECONDS="1")
    with deployment.serve("--workers", str(WORKERS)) as server:
        server.wait_until_it_answers()
        with server.client(prepared.token) as client:
            body = {"display_name": "Row", "assembly_type": "bash", "payload": "echo\n"}
            guids = [client.ask("POST", "/api/assemblies", body)[1]["assembly_guid"] for _ in range(ROWS)]
        clients = [Client(server, prepared.token, guids, number) for number in range(CLIENTS)]
        threads = [Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.end()[0] == 0

    assert [fault for client in clients for fault in client.faults] == []
    waits = sorted(wait for client in clients for wait in client.waits)
    assert waits[-1] < within(2), waits[-5:]
    revisions = sorted(revision for client in clients for revision in client.revisions)
    assert revisions == list(range(ROWS + 1, ROWS + 1 + len(revisions)))
    assert len(revisions) > 10 * SECONDS / within(1)
    assert deployment.answer("verify_library", "--json")
