"""Disks that are full, read-only, failing or another account's: read from as long as can be."""

import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from devmode.disk_faults import DiskFault
from devmode.disk_reserve import RESERVE_BYTES
from tests.backup.mirrored_library import on_sqlite
from tests.commands.deployment import ADMIN_PASSWORD, Deployment, Prepared, RunningServer
from tests.effort import keep_figures
from tests.faults.disks import NOBODY, fill_up, mounted, remount
from tests.patience import HANG_SECONDS, within

pytestmark = on_sqlite
NEW = {"display_name": "New", "assembly_type": "bash", "payload": "true\n"}
LOG_IN = {"username": "admin", "password": ADMIN_PASSWORD}
BACK_SECONDS = 5
SYNC = "fsync,fdatasync"


@pytest.fixture
def deployment(prepared: Prepared, tmp_path: Path) -> Iterator[Deployment]:
    """A library on a disk of its own."""
    (tmp_path / "disk").mkdir()
    with mounted(tmp_path / "disk", size="256m") as disk:
        made = Deployment.of(prepared, disk / "var", TMPDIR=str(tmp_path))
        made.answer("prepare")
        yield made


def reserve_of(deployment: Deployment) -> Path:
    return deployment.root / "disk.reserve"


def assert_only_reads(
    server: RunningServer,
    token: str,
    refusal: tuple[int, str] = (507, "storage_full"),
    fault: DiskFault | None = None,
) -> None:
    with server.client(token) as client:
        assert client.ask("POST", "/api/auth/login", LOG_IN)[0] == 200
        assert client.ask("GET", "/api/assemblies")[0] == 200
        status, answer = client.ask("POST", "/api/assemblies", NEW)
        assert (status, answer["code"]) == refusal, answer
        assert fault is None or answer["message"] == fault.advice


def assert_writes_again(server: RunningServer, token: str) -> None:
    began, limit = time.monotonic(), within(BACK_SECONDS)
    answer = None
    while answer is None or answer[0] != 201:
        assert time.monotonic() - began < limit, answer
        with server.client(token) as client:
            answer = client.find_answer("POST", "/api/assemblies", NEW)
    keep_figures(seconds_until_written_again=time.monotonic() - began)


def test_on_a_full_disk_people_log_in_and_read_and_it_starts_again(deployment: Deployment, prepared: Prepared) -> None:
    assert reserve_of(deployment).stat().st_size == RESERVE_BYTES
    with deployment.serve() as server:
        server.wait_until_it_answers()
        filling = fill_up(deployment.root.parent)
        assert_only_reads(server, prepared.token)
        assert server.end()[0] == 0
        said = server.process.communicate()[1]
    assert ("Logging error" in said, "Traceback" in said) == (False, False), said

    with deployment.serve() as server:
        server.wait_until_it_answers()
        assert_only_reads(server, prepared.token)
        filling.unlink()
        assert_writes_again(server, prepared.token)
    assert reserve_of(deployment).stat().st_size == RESERVE_BYTES
    deployment.answer("verify_library")


def test_without_any_room_the_advice_is_to_make_some(deployment: Deployment) -> None:
    reserve_of(deployment).unlink()
    filling = fill_up(deployment.root.parent)
    for command in ("prepare", "verify_library", "flush_writes"):
        refused = deployment.run(command)
        assert "restore_domains" not in refused.stderr, refused.stderr
        assert ("Logging error" in refused.stderr, "Traceback" in refused.stderr) == (False, False), refused.stderr
        assert refused.returncode == 0 or DiskFault.FULL.advice in refused.stdout + refused.stderr, refused.stderr
    filling.unlink()
    deployment.answer("verify_library")


def test_on_a_read_only_disk_the_advice_is_to_mount_it_again(deployment: Deployment) -> None:
    remount(deployment.root.parent, "ro")
    for command in ("prepare", "verify_library", "flush_writes"):
        refused = deployment.run(command)
        assert (refused.returncode > 0, "restore_domains" in refused.stderr) == (True, False), refused.stderr
        assert "Logging error" not in refused.stderr
        assert DiskFault.READ_ONLY.advice in refused.stderr + refused.stdout, refused.stderr
    remount(deployment.root.parent, "rw")
    deployment.answer("prepare")


@pytest.mark.parametrize("ended_by", [pytest.param(signal.SIGTERM, marks=pytest.mark.slow), signal.SIGKILL])
def test_on_a_read_only_disk_it_starts_and_people_log_in_and_read(
    deployment: Deployment, prepared: Prepared, ended_by: int
) -> None:
    with deployment.serve() as server:
        server.wait_until_it_answers()
        with server.client(prepared.token) as client:
            assert client.ask("POST", "/api/assemblies", NEW)[0] == 201
        # Killed, it leaves the newest changes in the -wal file alone.
        server.end(ended_by)
        server.kill_group()
    remount(deployment.root.parent, "ro")
    with deployment.serve() as server:
        server.wait_until_it_answers()
        assert_only_reads(server, prepared.token, (503, "storage_unavailable"), DiskFault.READ_ONLY)
        assert_log_in_ends_and_older_ones_stay(server, prepared.token)
        assert len(list(deployment.root.parent.parent.glob("borealis-read-only-*"))) == 1
        remount(deployment.root.parent, "rw")
        assert_writes_again(server, prepared.token)
        assert server.end()[0] == 0
        said = server.process.communicate()[1]
    assert DiskFault.READ_ONLY.advice in said
    assert ("audit" in said, "Traceback" in said, "Logging error" in said) == (True, False, False), said
    assert not list(deployment.root.parent.parent.glob("borealis-read-only-*"))
    assert len(deployment.state()["guids"]) >= 2
    deployment.answer("verify_library")


def assert_log_in_ends_and_older_ones_stay(server: RunningServer, token: str) -> None:
    """What begins on a copy can end there; what the library knows cannot: it would be valid again."""
    with server.client() as client:
        _status, answer = client.ask("POST", "/api/auth/login", LOG_IN)
    for of, expected in ((answer["token"], 204), (token, 503)):
        with server.client(of) as client:
            assert client.ask("POST", "/api/auth/logout", {})[0] == expected


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv takes from root what root may do to any file")
def test_with_the_files_of_another_account_it_starts_and_people_log_in_and_read(
    deployment: Deployment, prepared: Prepared
) -> None:
    owned = [deployment.root, *deployment.root.rglob("*")]
    for path in owned:
        os.chown(path, NOBODY, NOBODY)
        path.chmod(0o755 if path.is_dir() else 0o644)
    with serve_through(deployment, "setpriv", "--bounding-set", "-dac_override,-dac_read_search") as server:
        server.wait_until_it_answers()
        assert_only_reads(server, prepared.token, (503, "storage_unavailable"), DiskFault.NO_ACCESS)
        for path in owned:
            os.chown(path, 0, 0)
        assert_writes_again(server, prepared.token)
        assert server.end()[0] == 0


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit lets a process open fewer files")
def test_with_few_open_files_people_log_in_and_read_and_with_fewer_it_says_so(
    prepared: Prepared, tmp_path: Path
) -> None:
    deployment = Deployment.of(prepared, tmp_path / "var")
    with serve_through(deployment, "prlimit", "--nofile=64:64") as server, ExitStack() as idle:
        server.wait_until_it_answers()
        for number in range(60):
            address = ("127.0.0.1", deployment.port)
            idle.enter_context(socket.create_connection(address, HANG_SECONDS, (f"127.0.1.{number + 1}", 0)))
        with server.client(prepared.token) as client:
            # While the server makes room, a new connection may be closed with those that say nothing.
            answers = [client.find_answer("GET", "/api/assemblies") for _try in range(5)]
            assert [answer[0] for answer in answers if answer][-4:] == [200] * 4
            assert client.ask("POST", "/api/auth/login", LOG_IN)[0] == 200
        assert server.end()[0] == 0
    with serve_through(deployment, "prlimit", "--nofile=16:16") as server:
        said = server.process.communicate(timeout=HANG_SECONDS)[1]
        assert (server.process.returncode, DiskFault.TOO_MANY_FILES.advice in said) == (1, True), said
        assert ("restore_domains" in said, "Traceback" in said) == (False, False), said
    deployment.answer("verify_library")


def serve_through(deployment: Deployment, *command: str) -> RunningServer:
    """Serve in a process that another program starts."""
    code = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
    served = [*command, sys.executable, "manage.py", "serve", "--no-sync"]
    return RunningServer(deployment, deployment.start_python("-c", code, *served))


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace makes system calls fail for this test")
def test_a_disk_that_reports_errors_is_left_before_anything_else(prepared: Prepared, tmp_path: Path) -> None:
    deployment = Deployment.of(prepared, tmp_path / "var")
    inject = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        f"trace={SYNC}",
        "-e",
        f"inject={SYNC}:error=EIO",
    ]
    code = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"
    command = [*inject, sys.executable, "manage.py", "create_token", "admin"]
    failing = deployment.start_python("-c", code, *command)
    _said, complaint = failing.communicate()
    assert (failing.returncode, DiskFault.FAILING.advice in complaint) == (1, True), complaint
    deployment.answer("create_token", "admin")
