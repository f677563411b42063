"""Disks that are full, read-only, failing or another account's: told from damage, and read from as long as can be."""

import os
import resource
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError

from devmode.disk_faults import DiskFault, find_disk_fault
from devmode.disk_reserve import RESERVE_BYTES
from devmode.sqlite_files import sqlite_uri
from tests.backup.mirrored_library import on_sqlite
from tests.commands.deployment import ADMIN_PASSWORD, Deployment, Prepared, RunningServer
from tests.faults.disks import fill_up, mounted, remount

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


def assert_only_reads(server: RunningServer, token: str) -> None:
    with server.client(token) as client:
        assert client.ask("POST", "/api/auth/login", LOG_IN)[0] == 200
        assert client.ask("GET", "/api/assemblies")[0] == 200
        status, answer = client.ask("POST", "/api/assemblies", NEW)
        assert (status, answer["code"]) == (507, "storage_full")


def assert_writes_again(server: RunningServer, token: str) -> None:
    deadline = time.monotonic() + BACK_SECONDS
    with server.client(token) as client:
        while (status := client.ask("POST", "/api/assemblies", NEW)[0]) != 201:
            assert time.monotonic() < deadline, status


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
        assert refused.returncode == 0 or DiskFault.FULL.advice in refused.stderr, refused.stderr
    filling.unlink()
    deployment.answer("verify_library")


def test_on_a_read_only_disk_the_advice_is_to_mount_it_again(deployment: Deployment) -> None:
    remount(deployment.root.parent, "ro")
    refused = deployment.run("prepare")
    assert (refused.returncode, DiskFault.READ_ONLY.advice in refused.stderr) == (1, True), refused.stderr
    assert ("restore_domains" in refused.stderr, "Logging error" in refused.stderr) == (False, False)
    remount(deployment.root.parent, "rw")
    deployment.answer("prepare")


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
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_files_of_another_account_are_no_damage(database: Path) -> None:
    database.chmod(0o644)
    with somebody_else(database.parent):
        assert find_disk_fault(PermissionError(13, "Permission denied")) is DiskFault.NO_ACCESS
        assert named(opened(database), database) is DiskFault.NO_ACCESS


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
