"""An AtoCore-shaped SQLite file, by plain `sqlite3`: projects, project_state, memories, interactions.

Only the columns the migration is about are read or written; whatever else a row has stays as it is. A dry run opens the
file read-only and leaves nothing next to it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from assemblies.errors import MigrationFailed
from assemblies.rekeying.adapter import Work
from assemblies.rekeying.plan import Plan
from assemblies.rekeying.registry import Registry
from assemblies.rekeying.rows import Note, Parent, Reference, Rows, State
from assemblies.rekeying.sqlite_file import connect, copy_database, is_busy, named_failure
from assemblies.rekeying.words import ATOCORE

CREATED_HERE = "created by legacy alias migration"
COLUMNS = {
    "projects": ("id", "name", "description"),
    "project_state": ("id", "project_id", "category", "key", "value", "status", "updated_at"),
    "memories": ("id", "memory_type", "content", "project", "status", "updated_at"),
    "interactions": ("id", "project"),
}


class AtocoreAdapter:
    """The rows of one file. Opens nothing before it is asked to read."""

    words = ATOCORE

    def __init__(self, path: Path, *, writable: bool) -> None:
        self.path = path
        self.location = str(path)
        self._writable = writable
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def read(self, registry: Registry) -> Rows:
        if not self.path.is_file():
            return Rows(faults=(f"database_unreadable: there is no file {self.path.name}",))
        try:
            with self._one_state():
                faults = (*self._missing_columns(), *self._unknown_children())
                return Rows(faults=faults) if faults else self._read()
        except sqlite3.DatabaseError as error:
            if is_busy(error):
                raise named_failure(error) from error
            return Rows(faults=(f"database_unreadable: {error}",))

    def count_rows(self) -> dict[str, int]:
        return {table: self._all(f"SELECT count(*) FROM {table}")[0][0] for table in COLUMNS}  # noqa: S608

    def back_up(self, path: Path) -> None:
        copy_database(self.path, path)

    def transact(self, plan: Plan, registry: Registry, work: Work) -> None:
        try:
            self._do("BEGIN IMMEDIATE")
            try:
                # A row may point at a parent that is made further down; all is checked at the commit.
                self._do("PRAGMA defer_foreign_keys = ON")
                self._new_ids = {canonical_id: _row_id(plan, canonical_id) for canonical_id in _canonical_ids(plan)}
                with work():
                    self._rekey_parents(plan)
                self._do("COMMIT")
            except BaseException:
                if self._open().in_transaction:
                    self._do("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise named_failure(error) from error

    def remove_state(self, state: State, *, reason: str, archive: bool) -> bool:
        self._change_one("DELETE FROM project_state WHERE id = ?", state.row_id)
        return False

    def move_state(self, state: State, canonical_id: str) -> None:
        self._change_one(
            "UPDATE project_state SET project_id = ? WHERE id = ?", self._new_ids[canonical_id], state.row_id
        )

    def activate_state(self, state: State, updated_at: str) -> None:
        self._change_one(
            "UPDATE project_state SET status = 'active', updated_at = ? WHERE id = ?", updated_at, state.row_id
        )

    def move_note(self, note: Note, canonical_id: str) -> None:
        self._change_one("UPDATE memories SET project = ? WHERE id = ?", canonical_id, note.row_id)

    def supersede_note(self, note: Note, canonical_id: str) -> None:
        self._change_one(
            "UPDATE memories SET project = ?, status = 'superseded' WHERE id = ?", canonical_id, note.row_id
        )

    def move_reference(self, reference: Reference, canonical_id: str) -> None:
        self._change_one("UPDATE interactions SET project = ? WHERE id = ?", canonical_id, reference.row_id)

    def extra_summary(self, archived: int) -> dict[str, int]:
        return {}

    def _read(self) -> Rows:
        return Rows(
            parents=[Parent(row_id, _text(name)) for row_id, name in self._all("SELECT id, name FROM projects")],
            states=[State(*map(_plain, row)) for row in self._select("project_state")],
            notes=[Note(*map(_plain, row)) for row in self._select("memories")],
            references=[Reference(*map(_plain, row)) for row in self._select("interactions")],
        )

    def _select(self, table: str) -> list[Any]:
        return self._all(f"SELECT {', '.join(COLUMNS[table])} FROM {table} ORDER BY id")  # noqa: S608

    def _rekey_parents(self, plan: Plan) -> None:
        """Give each canonical name that has no row one, made of a shadow's, then drop the shadows, which are bare."""
        templates = {
            canonical_id: self._row_of(shadows[0].row_id)
            for canonical_id, shadows in plan.canonical_to_create().items()
        }
        for one in plan.state_plans:
            if self._all("SELECT 1 FROM project_state WHERE project_id = ?", one.shadow.row_id):
                raise MigrationFailed(f"Rows were left under {one.shadow.name!r}; everything was rolled back.")
            self._change_one("DELETE FROM projects WHERE id = ?", one.shadow.row_id)
        for canonical_id, row in templates.items():
            row |= {"id": self._new_ids[canonical_id], "name": canonical_id, "description": CREATED_HERE}
            names = ", ".join(f'"{name}"' for name in row)
            self._change_one(
                f"INSERT INTO projects ({names}) VALUES ({', '.join('?' * len(row))})",  # noqa: S608
                *row.values(),
            )

    def _row_of(self, row_id: Any) -> dict[str, Any]:
        cursor = self._open().execute("SELECT * FROM projects WHERE id = ?", (row_id,))
        return dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))

    def _missing_columns(self) -> Iterator[str]:
        for table, columns in COLUMNS.items():
            present = {row[1] for row in self._all(f"PRAGMA table_info({table})")}
            if not present:
                yield f"missing_table: {table}"
            else:
                yield from (f"missing_column: {table}.{name}" for name in columns if name not in present)

    def _unknown_children(self) -> Iterator[str]:
        """A table this tool does not know would lose rows, or refuse, when a shadow it refers to is deleted."""
        for (table,) in self._all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"):
            parents = {row[2].lower() for row in self._all("SELECT * FROM pragma_foreign_key_list(?)", table)}
            if "projects" in parents and table != "project_state":
                yield f"unknown_reference: {table} refers to projects and would not be re-keyed"

    def _change_one(self, statement: str, *values: Any) -> None:
        changed = self._do(statement, *values).rowcount
        if changed != 1:
            raise MigrationFailed("A row was not there to be changed; everything was rolled back.", rows=changed)

    def _all(self, statement: str, *values: Any) -> list[Any]:
        return self._do(statement, *values).fetchall()

    def _do(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return self._open().execute(statement, values)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = connect(self.path, writable=self._writable)
        return self._connection

    @contextmanager
    def _one_state(self) -> Iterator[None]:
        """Read one state of the database, although others may write in between."""
        if self._open().in_transaction:
            yield
            return
        self._do("BEGIN")
        try:
            yield
        finally:
            self._do("ROLLBACK")


def _canonical_ids(plan: Plan) -> set[str]:
    return {one.canonical_id for one in plan.state_plans}


def _row_id(plan: Plan, canonical_id: str) -> Any:
    rows = [one.canonical for one in plan.state_plans if one.canonical_id == canonical_id]
    return rows[0].row_id if rows[0] else str(uuid4())


def _plain(value: Any) -> Any:
    return f"x'{value.hex()}'" if isinstance(value, bytes) else value


def _text(name: Any) -> str:
    return name if isinstance(name, str) else ""
