"""Disks that are full, read-only, failing or another account's: told from damage, and read from as long as can be."""

import os
import resource
import shutil
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError

from devmode.disk_faults import DiskFault, find_disk_fault
from devmode.disk_reserve import RESERVE_BYTES
from devmode.sqlite_files import sqlite_uri
from devmode.stand_in import Writable, copy_database, let_nothing_be_written
from tests.backup.mirrored_library import on_sqlite
from tests.commands.deployment import ADMIN_PASSWORD, Deployment, Prepared, RunningServer
from tests.effort import keep_figures
from tests.faults.disks import fill_up, mounted, remount
from tests.patience import HANG_SECONDS, within

pytestmark = on_sqlite
NEW = {"display_name": "New", "assembly_type": "bash", "payload": "true\n"}
LOG_IN = {"username": "admin", "password": ADMIN_PASSWORD}
BACK_SECONDS = 5
NOBODY = 65534
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


def opened(database: Path) -> Exception:
    """Return what SQLite says when it is to write."""
    try:
        connection = sqlite3.connect(sqlite_uri(database, "rw"), uri=True)
    except sqlite3.Error as error:
        return error
    try:
        connection.execute("CREATE TABLE more (id INTEGER)")
    except sqlite3.Error as error:
        return error
    finally:
        connection.close()
    raise AssertionError("it could be written")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("CREATE TABLE one (id INTEGER)")
    connection.close()
    return tmp_path / "a.db"


def named(error: Exception, database: Path) -> DiskFault | None:
    """Return the fault of an error as Django passes it on."""
    passed_on = OperationalError(str(error))
    passed_on.__cause__ = error
    return find_disk_fault(passed_on, database)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_too_many_open_files_are_no_damage(database: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest_free)
    # A file gets the lowest free number: from here on none can be opened, whatever gaps there are above.
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
    try:
        assert named(opened(database), database) is DiskFault.TOO_MANY_FILES
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextmanager
def somebody_else(folder: Path) -> Iterator[None]:
    """Act as an account that may not write here."""
    if os.geteuid() != 0:
        pytest.skip("another account is taken on for this test, which takes root")
    for path in (folder, *folder.parents):
        if path.stat().st_uid == 0 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_files_of_another_account_are_no_damage(database: Path) -> None:
    database.chmod(0o644)
    with somebody_else(database.parent):
        assert find_disk_fault(PermissionError(13, "Permission denied")) is DiskFault.NO_ACCESS
        assert named(opened(database), database) is DiskFault.NO_ACCESS


def test_a_copy_has_what_is_in_the_wal_file_and_refuses_what_no_rule_allows(tmp_path: Path) -> None:
    original, copy = tmp_path / "a.db", tmp_path / "b.db"
    with closing(sqlite3.connect(original)) as at_work:
        at_work.execute("PRAGMA journal_mode=WAL")
        at_work.execute("CREATE TABLE one (id INTEGER, two INTEGER)")
        at_work.execute("INSERT INTO one VALUES (1, 1)")
        at_work.commit()
        copy_database(original, copy)
    rules: dict[str, Writable | str] = {"one": Writable.NEW_ROWS}
    let_nothing_be_written(copy, DiskFault.NO_ACCESS, rules=rules)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("INSERT INTO one VALUES (2, 2)")
        connection.execute("DELETE FROM one WHERE id = 2")
        with pytest.raises(sqlite3.DatabaseError) as refusal:
            connection.execute("DELETE FROM one")
        assert connection.execute("SELECT * FROM one").fetchall() == [(1, 1)]
    assert find_disk_fault(refusal.value) is DiskFault.NO_ACCESS


def test_damage_is_none_of_them(database: Path) -> None:
    database.write_bytes(b"no database" * 1000)
    assert named(opened(database), database) is None
    assert find_disk_fault(OSError(5, "Input/output error")) is DiskFault.FAILING


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
