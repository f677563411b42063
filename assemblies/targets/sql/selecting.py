"""Read rows of one library back from a target, with the few conditions that its pages and programs use."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from assemblies.targets.descriptor import Table
from assemblies.targets.sql.opening import OpenTarget, transaction
from assemblies.targets.sql.tables import metadata

Row = dict[str, Any]


def select(
    engine: OpenTarget, table: Table, conditions: Mapping[str, Any], *, order: Sequence[str], offset: int, limit: int
) -> tuple[list[Row], int]:
    """Return a part of the rows that fulfil all conditions, and how many do.

    A condition is a column with its value, `column__gte` with the least of its values, or `column__in` with all of
    them; a column of `order` with a minus goes from large to small. Raises TargetFault.
    """
    target = metadata().tables[table.name]
    wanted = sa.and_(sa.true(), *(_condition(target, name, value) for name, value in conditions.items()))
    columns = [target.c[name.removeprefix("-")] for name in order]
    ordered = [column.desc() if name.startswith("-") else column for name, column in zip(order, columns, strict=True)]
    with transaction(engine) as connection:
        count = connection.execute(sa.select(sa.func.count()).select_from(target).where(wanted)).scalar_one()
        rows = connection.execute(sa.select(target).where(wanted).order_by(*ordered).offset(offset).limit(limit))
        found = [dict(row) for row in rows.mappings()]
    return [_read(table, row) for row in found], count


def _condition(target: sa.Table, name: str, value: Any) -> sa.ColumnElement[bool]:
    column, _mark, operator = name.partition("__")
    found: sa.ColumnElement[Any] = target.c[column]
    if operator == "gte":
        return sa.and_(found >= value)
    return found.in_(list(value)) if operator == "in" else found == value


def _read(table: Table, row: Row) -> Row:
    texts = [column.name for column in table.columns if column.kind == "json"]
    return row | {name: json.loads(row[name]) for name in texts if row[name] is not None}
