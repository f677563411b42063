"""Write rows to a target: repeated without harm, and never an older state over a newer one.

What is there already is recognised by the engine's code for a unique violation, then by the key of the row: a violation
of a constraint of the operator's own, which names no row of ours, is a rejection like any other.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.dialects import mysql, postgresql, sqlite

from assemblies.targets.descriptor import Table
from assemblies.targets.sql.faults import Fault, TargetFault, fault_of
from assemblies.targets.sql.tables import metadata

Row = Mapping[str, Any]
Columns = Mapping[str, Any] | Any
# Covers everything an event says.
DIGEST = "chained_hash"


def push(connection: sa.Connection, table: Table, rows: Sequence[Row]) -> int:
    """Write rows within the current transaction; return how many were there already, of those that never change.

    Raises TargetFault, naming table and key where a row is rejected.
    """
    if not rows:
        return 0
    write = _replace if table.order or table.once else _insert
    try:
        return write(connection, table, rows)
    except exc.SQLAlchemyError as error:
        fault = fault_of(error)
        if fault.passes or not isinstance(error, exc.DBAPIError) or error.connection_invalidated:
            raise TargetFault(fault, {}) from error
        raise _named(connection, table, rows, write, fault) from error


def _replace(connection: sa.Connection, table: Table, rows: Sequence[Row]) -> int:
    with connection.begin_nested():
        connection.execute(upsert(table, connection.dialect.name), rows)
    return 0


def _insert(connection: sa.Connection, table: Table, rows: Sequence[Row]) -> int:
    target = metadata().tables[table.name]
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(target), rows)
    except exc.IntegrityError as error:
        if fault_of(error) not in {Fault.UNIQUE, Fault.CONSTRAINT}:
            raise
        missing = _missing(connection, table, rows)
        if len(missing) == len(rows):
            raise
        with connection.begin_nested():
            if missing:
                connection.execute(sa.insert(target), missing)
        return len(rows) - len(missing)
    return 0


def _missing(connection: sa.Connection, table: Table, rows: Sequence[Row]) -> list[Row]:
    """Return the rows that the target does not have. Raises TargetFault where it has another one of that key."""
    target = metadata().tables[table.name]
    name = table.key[-1]
    wanted = target.c[name].in_([row[name] for row in rows])
    columns = [target.c[one] for one in (*table.key, DIGEST)]
    there = {tuple(found[:-1]): found[-1] for found in connection.execute(sa.select(*columns).where(wanted))}
    for row in rows:
        digest = there.get(_key(table, row))
        if digest is not None and digest != row[DIGEST]:
            raise TargetFault(Fault.CONFLICT, {"table": table.name, "key": table.key_of(row)})
    return [row for row in rows if _key(table, row) not in there]


def _key(table: Table, row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in table.key)


def _named(
    connection: sa.Connection, table: Table, rows: Sequence[Row], write: Callable[..., int], fault: Fault
) -> TargetFault:
    """Return the fault of a batch with the first row that is rejected alone."""
    for row in rows:
        try:
            write(connection, table, [row])
        except exc.SQLAlchemyError as error:
            return TargetFault(fault_of(error), {"table": table.name, "key": table.key_of(row)})
    return TargetFault(fault, {"table": table.name})


def upsert(table: Table, dialect: str) -> Any:
    """Return the statement that writes a row, or replaces the one of its key as far as the table's rule allows."""
    target = metadata().tables[table.name]
    names = [column.name for column in table.columns]
    last = (*table.order, table.once)
    changing = sorted((name for name in names if name not in table.key), key=lambda name: name in last)
    if dialect == "mysql":
        insert = mysql.insert(target)
        allowed = _allowed(table, insert.inserted, target.c)
        # Assigned from left to right, each seeing those before it: what decides comes last.
        pairs = [(name, sa.func.IF(allowed, insert.inserted[name], target.c[name])) for name in changing]
        return insert.on_duplicate_key_update(pairs)
    conflicting = postgresql.insert(target) if dialect == "postgresql" else sqlite.insert(target)
    return conflicting.on_conflict_do_update(
        index_elements=list(table.key),
        set_={name: conflicting.excluded[name] for name in changing},
        where=_allowed(table, conflicting.excluded, target.c),
    )


def _allowed(table: Table, new: Columns, old: Columns) -> sa.ColumnElement[bool]:
    """Return the condition under which a row may take another one's place."""
    if table.once:
        # A literal: PyMySQL writes many rows in one statement only where it has no parameters after the values.
        return sa.or_(old[table.once] == sa.literal_column("''"), old[table.once] == new[table.once])
    condition: sa.ColumnElement[bool] = sa.true()
    for name in reversed(table.order):
        condition = sa.or_(new[name] > old[name], sa.and_(new[name] == old[name], condition))
    return condition
