"""`serve` for real: processes, sockets and signals; what a client was told is what the databases hold."""

import json
import os
import signal
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.deployment import Deployment, Prepared, RunningServer
from tests.commands.write_load import WriteLoad
from tests.patience import HANG_SECONDS, within

SECONDS_TO_START, SECONDS_TO_END = 5, 10


@pytest.fixture
def new(tmp_path: Path) -> Deployment:
    """A library that was never prepared."""
    return Deployment(tmp_path / "var")


@pytest.fixture
def deployment(prepared: Prepared, tmp_path: Path) -> Deployment:
    return Deployment.of(prepared, tmp_path / "var")


@pytest.mark.alone
def test_a_new_library_answers_soon(tmp_path: Path) -> None:
    # The best of three: other programs may take the processor during one of them.
    assert min(seconds_to_start(Deployment(tmp_path / str(number))) for number in range(3)) < within(SECONDS_TO_START)


def seconds_to_start(new: Deployment) -> float:
    with new.serve() as server:
        return server.wait_until_it_answers()


def test_it_says_where_it_is_open_and_takes_a_token_made_next_to_it(new: Deployment) -> None:
    with new.serve() as server:
        server.wait_until_it_answers()
        with server.client(new.answer("create_token", "admin")) as client:
            status, listed = client.ask("GET", "/api/assemblies")
        with server.client("not a token") as unknown:
            refused, _body = unknown.ask("GET", "/api/assemblies")
        code, seconds = server.end()
        said, complaints = server.process.communicate()

    assert (status, listed["count"], refused) == (200, 0, 401)
    assert code == 0
    assert "Error" not in complaints
    assert seconds < within(SECONDS_TO_END)
    assert f"The library is open at http://127.0.0.1:{new.port} " in said


def test_the_static_files_of_the_admin_are_served(deployment: Deployment) -> None:
    with deployment.serve() as server:
        server.wait_until_it_answers()
        with server.client() as client:
            assert client.ask("GET", "/static/admin/css/base.css")[0] == 200


@pytest.mark.parametrize("to_the_whole_group", [False, True])
def test_sigterm_under_load_ends_with_0_and_leaves_nothing_pending(
    prepared: Prepared, deployment: Deployment, to_the_whole_group: bool
) -> None:
    with deployment.serve("--workers", "2") as server:
        server.wait_until_it_answers()
        with WriteLoad(server, prepared.token) as load:
            load.wait_for(20)
            if to_the_whole_group:
                os.killpg(server.process.pid, signal.SIGTERM)
                code = server.process.wait(timeout=HANG_SECONDS)
            else:
                code, seconds = server.end()
                assert seconds < within(SECONDS_TO_END)
    state = deployment.state()

    assert code == 0
    assert not load.refused
    assert set(load.acknowledged) <= set(state["guids"])
    assert state["pending"] == 0
    assert state["replicas"]["user_created"] == state["head"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_the_start_ends_it_quietly(new: Deployment, number: int) -> None:
    with new.serve() as server:
        while not (new.root / "prepare.lock").exists():
            time.sleep(0.01)
        os.killpg(server.process.pid, number)
        _said, complaints = server.process.communicate(timeout=HANG_SECONDS)

    assert server.process.returncode == 0
    assert "Traceback" not in complaints


def test_workers_do_not_outlive_a_parent_killed_with_sigkill(deployment: Deployment) -> None:
    with deployment.serve("--workers", "2") as server:
        server.wait_until_it_answers()
        workers = server.workers()
        assert len(workers) == 2
        server.end(signal.SIGKILL)
        deadline = time.monotonic() + HANG_SECONDS
        while not is_free(deployment.port):
            assert time.monotonic() < deadline
            time.sleep(0.02)

        assert not [pid for pid in workers if Path(f"/proc/{pid}/exe").exists()]


def is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def test_a_killed_worker_is_replaced_and_nobody_waits_in_vain(deployment: Deployment) -> None:
    with deployment.serve() as server:
        server.wait_until_it_answers()
        [first] = server.workers()
        assert server.is_fork(first)
        os.kill(first, signal.SIGKILL)
        with server.client() as client:
            # The socket is the parent's: a connection made meanwhile waits for the new worker.
            deadline = time.monotonic() + HANG_SECONDS
            while client.find_answer("GET", "/health") is None:
                assert time.monotonic() < deadline
        [second] = server.workers()
        # By then its parent has threads, whose locks a fork would copy.
        assert not server.is_fork(second)
        code, _seconds = server.end()

    assert second != first
    assert code == 0
    assert "companion web-1: it ended by signal 9; starting it again in 1 s" in deployment.engine_log


def test_a_taken_port_is_one_clear_line_before_anything_is_prepared(new: Deployment) -> None:
    with socket.create_server(("127.0.0.1", new.port)):
        refused = new.run("serve", "--no-sync")

    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    [line] = [line for line in refused.stderr.splitlines() if "CommandError" in line]
    assert f"127.0.0.1:{new.port} is already in use" in line
    assert "BOREALIS_PORT" in line
    assert not (new.root / "engine.db").exists()


def test_an_address_of_another_machine_is_named(deployment: Deployment) -> None:
    refused = deployment.run("serve", "--no-sync", "--host", "192.0.2.1")

    assert refused.returncode == 1
    assert f"Cannot listen at 192.0.2.1:{deployment.port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_fewer_than_one_worker_is_refused(deployment: Deployment) -> None:
    refused = deployment.run("serve", "--no-sync", "--workers", "0")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "--workers is at least 1" in refused.stderr


def test_two_servers_started_at_once_do_not_share_a_port(new: Deployment) -> None:
    with new.serve() as one, new.serve() as other:
        deadline = time.monotonic() + HANG_SECONDS
        while one.process.poll() is other.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        loser, winner = (one, other) if one.process.poll() is not None else (other, one)

        assert loser.process.returncode == 1
        winner.wait_until_it_answers()
        assert winner.process.poll() is None


def test_without_auto_migrate_an_unprepared_library_is_not_served(new: Deployment) -> None:
    new.environment["BOREALIS_ENGINE_AUTO_MIGRATE"] = "false"
    refused = new.run("serve", "--no-sync")

    assert refused.returncode == 1
    assert (
        "Not prepared: default, official, community, user_created, execution. Run `manage.py prepare`" in refused.stderr
    )


def test_an_unreadable_official_source_does_not_prevent_serving(deployment: Deployment) -> None:
    deployment.environment["BOREALIS_OFFICIAL_SOURCE"] = str(deployment.root / "nowhere")
    process = deployment.start("serve")
    with RunningServer(deployment, process) as server:
        server.wait_until_it_answers()
        code, _seconds = server.end()
        _said, complaints = process.communicate()

    assert code == 0
    assert "The official catalogue was not synchronised" in complaints
    assert "Traceback" not in complaints


def test_a_locked_domain_database_neither_holds_up_the_end_nor_the_other_domains(
    prepared: Prepared, deployment: Deployment
) -> None:
    with deployment.serve() as server:
        server.wait_until_it_answers()
        with server.client(prepared.token) as client:
            client.ask("POST", "/api/assemblies", {"display_name": "Waits", "assembly_type": "bash", "payload": "echo"})
        with closing(sqlite3.connect(deployment.root / "Assemblies" / "user_created.db", timeout=5)) as other_program:
            other_program.execute("BEGIN EXCLUSIVE")
            code, seconds = server.end()
    waiting = deployment.state()["pending"]

    assert code == 0
    assert seconds < within(SECONDS_TO_END)
    assert waiting == 1
    assert json.loads(deployment.answer("flush_writes", "--json"))["flushed"]["user"] == 1


def test_a_flusher_that_dies_is_started_again_and_health_says_so(deployment: Deployment) -> None:
    fault = """
from assemblies.journal.flusher import Flusher
run, deaths = Flusher.run, []
def die_once(flusher):
    if not deaths:
        deaths.append(flusher)
        raise RuntimeError("planted")
    run(flusher)
Flusher.run = die_once
"""
    deployment.environment["BOREALIS_FLUSH_INTERVAL_SECONDS"] = "1"
    with deployment.serve_after(fault) as server:
        server.wait_until_it_answers()
        with server.client(deployment.answer("create_token", "admin")) as client:
            client.ask("POST", "/api/assemblies", {"display_name": "Once", "assembly_type": "bash", "payload": "echo"})
            deadline = time.monotonic() + HANG_SECONDS
            while (ready := client.ask("GET", "/health/ready")[1])["flush"]["user"]["pending"]:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        code, _seconds = server.end()

    assert code == 0
    assert ready["companions"]["flusher"] == {"state": "running", "restarts": 1, "reason": ""}
    assert ready["companions"]["web-1"] == {"state": "running", "restarts": 0, "reason": ""}
    assert "planted" in deployment.engine_log
    assert "companion flusher: it failed with RuntimeError; starting it again in 1 s" in deployment.engine_log


@pytest.mark.alone
def test_server_processes_that_keep_failing_end_it(deployment: Deployment) -> None:
    fault = "from django.conf import settings; settings.WSGI_APPLICATION = 'nowhere.application'"
    with deployment.serve_after(fault) as server:
        said, complaints = server.process.communicate(timeout=HANG_SECONDS)

    assert server.process.returncode == 1
    assert "The server processes kept failing" in complaints
    assert "The library is open" not in said
