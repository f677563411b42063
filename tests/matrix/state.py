"""What there is to be changed: the rows of all four databases and the payload tree; and the way back after each cell.

Every cell begins with the same rows. Statements are watched rather than tables read where nothing was written at all.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from assemblies.catalogue import library_catalogue
from assemblies.payloads import PayloadStore

Dump = dict[str, list[str]]
AUDIT_TABLES = {"devmode_auditentry", "devmode_audithead"}
# Counting attempts is what a throttle is for; who is refused is counted like everybody else.
COUNTS = {"devmode_attemptcount", "execution.ba_request_count"}
_HARMLESS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")


class LibraryState:
    """The state before a cell, to compare the state after it with."""

    def __init__(self, store: PayloadStore) -> None:
        self._root = Path(store.storage.location)  # type: ignore[attr-defined]
        self.rows, self.files = dump(), self._find_files()

    @contextmanager
    def undone(self) -> Iterator[list[str]]:
        """Take back whatever happens within. Yields the statements that could have changed a row, as they come."""
        written: list[str] = []
        with ExitStack() as stack:
            for alias in connections:
                stack.enter_context(_rolled_back(alias))
                stack.enter_context(connections[alias].execute_wrapper(_watcher(written)))
            try:
                yield written
            finally:
                for path in self._find_files() - self.files:
                    (self._root / path).unlink()
                if written:
                    library_catalogue.cache_clear()

    def changed_tables(self) -> set[str]:
        now = dump()
        return {table for table in now.keys() | self.rows.keys() if now.get(table) != self.rows.get(table)}

    def payloads_unchanged(self) -> bool:
        return self._find_files() == self.files

    def _find_files(self) -> set[str]:
        return {f"{path.relative_to(self._root)}" for path in self._root.rglob("*") if path.is_file()}


def dump() -> Dump:
    """Return every row of every table of every database."""
    return {
        f"{alias}.{table}" if alias != "default" else table: _rows(alias, table)
        for alias in connections
        for table in connections[alias].introspection.table_names()
    }


def _rows(alias: str, table: str) -> list[str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connections[alias].ops.quote_name(table)}")  # noqa: S608 - our own tables
        return sorted(repr(row) for row in cursor.fetchall())


@contextmanager
def _rolled_back(alias: str) -> Iterator[None]:
    before = transaction.savepoint(using=alias)
    try:
        yield
    finally:
        transaction.savepoint_rollback(before, using=alias)
        transaction.savepoint_commit(before, using=alias)


def _watcher(written: list[str]) -> Any:
    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip("( ").upper().startswith(_HARMLESS):
            written.append(sql)
        return execute(sql, params, many, context)

    return watch
