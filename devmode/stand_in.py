"""Copies of SQLite databases whose disk can only be read: people go on reading there, and logging in.

A copy takes what a log-in writes and nothing else. What was acknowledged in it would be lost with it, so it refuses
the rest itself, whichever code asks: the end of a session or a token that the library knows, too, for it would be valid
again afterwards.
"""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from enum import Enum, auto
from pathlib import Path

from django.db import connections

from devmode.disk_faults import DiskFault, find_fault_at, refusal_words
from devmode.sqlite_files import find_sqlite_files, sqlite_uri

# What DATABASES calls the name of the file that a copy stands in for.
ORIGINAL = "STANDS_IN_FOR"
COPIED_FOR = (DiskFault.READ_ONLY, DiskFault.NO_ACCESS)
EVENTS = ("INSERT", "UPDATE", "DELETE")


class Writable(Enum):
    """What may be written to a table of a copy."""

    ALL = auto()
    NEW_ROWS = auto()


Rule = Writable | str
Rules = Mapping[str, Rule]


def find_copied_fault() -> DiskFault | None:
    """Return the fault for which this process works on copies, None when it works on the databases themselves."""
    if originals := find_originals():
        # What has passed by now keeps its name until the process begins again.
        return find_fault_to_copy(originals) or DiskFault.READ_ONLY
    return None


def find_originals() -> list[Path]:
    """Return the files that copies stand in for in this process."""
    named = (connections[alias].settings_dict.get(ORIGINAL) for alias in connections)
    return [Path(name) for name in named if name]


def find_fault_to_copy(databases: Iterable[Path] = ()) -> DiskFault | None:
    """Return the fault by which one of `databases`, or of this process's own, can be read and not be written."""
    faults = (find_fault_at(file) for file in databases or find_sqlite_files() if file.exists())
    return next((fault for fault in faults if fault in COPIED_FOR), None)


def copy_database(original: Path, copy: Path) -> None:
    """Copy a database that cannot be written, with what is in its -wal file. Raises OSError, sqlite3.Error.

    The caller has no connection to it: closing the file would drop the locks of that.
    """
    if original.with_name(f"{original.name}-shm").exists():
        # Another process may be at work in it; SQLite reads such a one without writing.
        with closing(sqlite3.connect(sqlite_uri(original, "ro"), uri=True)) as source, closing(_opened(copy)) as target:
            source.backup(target)
        return
    for part in ("", "-wal"):
        file = original.with_name(f"{original.name}{part}")
        if file.exists():
            shutil.copyfile(file, copy.with_name(f"{copy.name}{part}"))


def let_nothing_be_written(copy: Path, fault: DiskFault, *, rules: Rules) -> None:
    """Let the copy refuse every change that `rules` do not allow: to a table, to its new rows, to a column of it."""
    with closing(_opened(copy)) as connection, connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
            "AND sql NOT LIKE 'CREATE VIRTUAL%'"
        ).fetchall()
        for [table] in tables:
            for statement in _triggers(connection, table, fault, rules.get(table)):
                connection.execute(statement)


def _triggers(connection: sqlite3.Connection, table: str, fault: DiskFault, rule: Rule | None) -> Iterator[str]:
    for event in EVENTS:
        of = when = ""
        if rule is Writable.ALL or (rule is Writable.NEW_ROWS and event == "INSERT"):
            continue
        if rule is Writable.NEW_ROWS:
            [newest] = connection.execute(f'SELECT max(rowid) FROM "{table}"').fetchone()  # noqa: S608
            when = f"WHEN OLD.rowid <= {newest or 0}"
        elif rule and event == "UPDATE":
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")') if row[1] != rule]
            of = f"OF {', '.join(columns)}"
        yield (
            f'CREATE TRIGGER "only_read_{table}_{event}" BEFORE {event} {of} ON "{table}" {when} '
            f"BEGIN SELECT RAISE(ABORT, '{refusal_words(fault)}'); END"
        )


def _opened(copy: Path) -> sqlite3.Connection:
    return sqlite3.connect(copy)
