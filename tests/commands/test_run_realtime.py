"""The realtime server as a companion of `serve` and as a command."""

import time

import pytest

from tests.commands.deployment import Deployment, Prepared, free_port
from tests.commands.http_client import HttpClient
from tests.patience import HANG_SECONDS


@pytest.fixture
def deployment(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    root = tmp_path_factory.mktemp("realtime") / "var"
    return Deployment.of(prepared, root, BOREALIS_REALTIME_PORT=str(free_port()))


def until_it_answers(deployment: Deployment) -> None:
    port, ends_at = int(deployment.environment["BOREALIS_REALTIME_PORT"]), time.monotonic() + HANG_SECONDS
    while True:
        try:
            with HttpClient("127.0.0.1", port) as client:
                assert client.ask("GET", "/health")[0] == 200
                return
        except OSError:
            assert time.monotonic() < ends_at
            time.sleep(0.1)


def test_serve_starts_it_and_ends_it(deployment: Deployment) -> None:
    with deployment.serve() as server:
        server.wait_until_it_answers()
        until_it_answers(deployment)
        code, _seconds = server.end()
    assert code == 0


def test_it_is_a_command_of_its_own_and_ends_when_told_to(deployment: Deployment) -> None:
    process = deployment.start("run_realtime")
    until_it_answers(deployment)
    second = deployment.run("run_realtime")
    process.terminate()
    process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 0
    assert second.returncode != 0
    assert "already in use" in second.stderr


def test_without_a_port_it_is_off(deployment: Deployment) -> None:
    deployment.environment["BOREALIS_REALTIME_PORT"] = "0"
    answer = deployment.run("run_realtime")
    assert answer.returncode == 2
    assert "BOREALIS_REALTIME_PORT is 0" in answer.stderr
