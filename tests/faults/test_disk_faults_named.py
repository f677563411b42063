"""Faults of a disk are named, and told from damage."""

import os
import resource
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError

from devmode.disk_faults import DiskFault, find_disk_fault
from devmode.sqlite_files import sqlite_uri
from devmode.stand_in import Writable, copy_database, let_nothing_be_written
from tests.backup.mirrored_library import on_sqlite
from tests.faults.disks import NOBODY

pytestmark = on_sqlite


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
