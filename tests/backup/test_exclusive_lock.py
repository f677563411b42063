"""What is in the place of a library, and whether anybody uses it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assemblies.backup.exclusive_lock import library_in_place
from assemblies.backup.manifest import LibraryHead
from assemblies.errors import RestoreRefused

JOURNAL = """
CREATE TABLE assemblies_journalhead (id, journal_id, sequence, hash);
CREATE TABLE devmode_audithead (id, sequence, hash);
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return {"default": tmp_path / "engine.db", "official": tmp_path / "official.db"}


def run(path: Path, statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(statements)


def test_nothing_is_empty_and_so_are_files_without_content(files: dict[str, Path]) -> None:
    files["official"].touch()
    assert library_in_place(files).is_empty
    assert not files["default"].exists()


def test_a_journals_head_is_read(files: dict[str, Path]) -> None:
    run(files["default"], JOURNAL)
    run(files["default"], "INSERT INTO assemblies_journalhead VALUES (1, 'id', 7, 'hash')")
    head = LibraryHead(journal_id="id", sequence=7, hash="hash", audit_sequence=0, audit_hash="")
    assert library_in_place(files).head == head


@pytest.mark.parametrize("content", ["CREATE TABLE invoices (id);", JOURNAL])
def test_a_database_without_a_journal_is_something_else(files: dict[str, Path], content: str) -> None:
    run(files["default"], content)
    present = library_in_place(files)
    assert (present.is_empty, present.head) == (False, None)


def test_afterwards_the_file_alone_is_the_whole_database(files: dict[str, Path]) -> None:
    with closing(sqlite3.connect(files["official"])) as crashed:
        crashed.execute("PRAGMA journal_mode=WAL")
        crashed.execute("CREATE TABLE kept (id)")
        log = files["official"].with_name("official.db-wal")
        whole, frames = files["official"].read_bytes(), log.read_bytes()
    files["official"].write_bytes(whole)
    log.write_bytes(frames)
    library_in_place(files)
    assert not log.exists()
    assert b"kept" in files["official"].read_bytes()


def test_a_database_in_use_is_refused(files: dict[str, Path]) -> None:
    run(files["official"], "PRAGMA journal_mode=WAL; CREATE TABLE kept (id);")
    with closing(sqlite3.connect(files["official"])) as user:
        user.execute("SELECT * FROM kept")
        with pytest.raises(RestoreRefused, match="official database is in use"):
            library_in_place(files)
