"""The whole way for real: `serve`, the one file as a process, a code, an approval, runs, a server that goes, a kill."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.deployment import Deployment, Prepared, RunningServer, free_port
from tests.patience import HANG_SECONDS

AgentProcess = subprocess.Popen[str]


class Place:
    """A deployment, a folder for the device, and the agents started there; all of them end with the test."""

    def __init__(self, deployment: Deployment, folder: Path, token: str) -> None:
        self.deployment, self.folder, self.token = deployment, folder, token
        self.processes: list[AgentProcess] = []

    def agent(self, *arguments: str) -> AgentProcess:
        command = [sys.executable, "-I", str(self.folder / "borealis-agent.pyz"), *arguments]
        given = {"PATH": os.environ["PATH"], "BOREALIS_AGENT_STATE": str(self.folder / "state")}
        process = subprocess.Popen(
            command, env=given, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.processes.append(process)
        return process

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        with RunningServer.client(self.running, self.token) as client:
            status, answer = client.ask(method, path, body)
        assert status in (200, 201), answer
        return answer

    def serve(self) -> RunningServer:
        self.running = self.deployment.serve()
        self.running.wait_until_it_answers()
        return self.running

    def run(self, script: str, target: str) -> str:
        new = {"display_name": script[:40], "assembly_type": "bash", "payload": script}
        guid = self.ask("POST", "/api/assemblies", new)["assembly_guid"]
        return str(self.ask("POST", "/api/runs", {"assembly_guid": guid, "targets": [target]})["run_id"])

    def item(self, run_id: str) -> Any:
        return self.ask("GET", f"/api/runs/{run_id}")["items"][0]

    def said(self, run_id: str) -> str:
        chunks = self.ask("GET", f"/api/runs/{run_id}/output?since=0")["chunks"]
        return "".join(chunk["text"] for chunk in chunks)


def until(true: Callable[[], Any]) -> Any:
    ends_at = time.monotonic() + HANG_SECONDS
    while not (found := true()):
        assert time.monotonic() < ends_at
        time.sleep(0.2)
    return found


@pytest.fixture
def place(prepared: Prepared, tmp_path: Path) -> Iterator[Place]:
    deployment = Deployment.of(prepared, tmp_path / "var", BOREALIS_REALTIME_PORT=str(free_port()))
    place = Place(deployment, tmp_path, prepared.token)
    deployment.answer("build_agent", "--out", str(tmp_path))
    with place.serve():
        yield place
        for process in place.processes:
            process.kill()
            process.communicate(timeout=HANG_SECONDS)
        place.running.kill_group()
        place.running.process.communicate(timeout=HANG_SECONDS)


def enrolled(place: Place) -> str:
    """Enrol as two people do: one types the code, the other compares the fingerprint."""
    code = place.ask("POST", "/api/admin/enrollment-codes", {"ttl_hours": 1})["code"]
    server = f"http://127.0.0.1:{place.deployment.port}"
    process = place.agent("enrol", "--server", server, "--code", code, "--hostname", "web-1", "--allow", "user")
    [approval] = until(lambda: place.ask("GET", "/api/admin/device-approvals?status=pending")["approvals"])
    assert process.stdout and process.stdout.readline() == f"Fingerprint: {approval['fingerprint']}\n"
    fingerprint = {"fingerprint": approval["fingerprint"]}
    guid = str(place.ask("POST", f"/api/admin/device-approvals/{approval['id']}/approve", fingerprint)["guid"])
    said, complaints = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 0 and f"Enrolled as {guid}." in said, complaints
    return guid


@pytest.mark.long
def test_a_device_from_its_code_to_its_end(place: Place) -> None:
    guid = enrolled(place)
    go = place.folder / "go"
    script = f"echo before; until [ -e {go} ]; do sleep 0.05; done; for n in $(seq 200); do echo $n; done"
    first = place.run(script, guid)
    agent = place.agent("run")
    until(lambda: place.said(first) == "before\n")

    place.running.kill_group()
    go.touch()
    with place.serve():
        until(lambda: place.item(first)["status"] == "Completed")
        assert place.said(first) == "before\n" + "".join(f"{number}\n" for number in range(1, 201))

        second = place.run("echo begun; sleep 600", guid)
        until(lambda: place.said(second) == "begun\n")
        agent.send_signal(signal.SIGKILL)
        agent.wait(HANG_SECONDS)
        agent = place.agent("run")
        ended = until(lambda: place.item(second) if place.item(second)["status"] == "Failed" else None)
        assert (ended["last_error"], place.said(second)) == ("agent_restarted", "begun\n")
        memory = Path(f"/proc/{agent.pid}/status").read_text().split("VmRSS:")[1].split()[0]
        assert int(memory) <= 40 * 1024

        place.ask("PATCH", f"/api/agents/{guid}", {"status": "revoked"})
        assert agent.wait(HANG_SECONDS) == 3
        status = place.agent("status", "--json")
        facts = json.loads(status.communicate(timeout=HANG_SECONDS)[0])
        assert (facts["guid"], facts["agent_running"], facts["waiting_to_be_sent"]) == (guid, False, [])
        assert place.agent("uninstall", "--yes").wait(HANG_SECONDS) == 0
        assert not (place.folder / "state").exists()
