"""Insert rows, or replace those of the same primary key, with one short statement that the database compiles once.

`bulk_create` spells a statement of hundreds of rows each time, which takes longer than the database needs to carry it
out. What becomes of any other value than a text or a number is still the field's decision, so both write the same.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model

AS_THEY_ARE = {str, int}


def upsert(model: type[Model], rows: Sequence[Mapping[str, Any]], *, using: str) -> None:
    """Write `rows`, which have a value of its field's own type for each column of `model`, into the database `using`.

    Runs inside the caller's transaction. No signal is sent. Raises KeyError when a column has no value, and
    DatabaseError.
    """
    if not rows:
        return
    connection = connections[using]
    fields = model._meta.concrete_fields
    columns = [_prepared([row[field.attname] for row in rows], field, connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.executemany(_statement(model), list(zip(*columns, strict=True)))


def _prepared(values: Sequence[Any], field: "Field[Any, Any]", connection: BaseDatabaseWrapper) -> Sequence[Any]:
    """Return what the database gets for a column; texts and whole numbers it gets as they are, whatever the field."""
    kinds = set(map(type, values))
    if kinds <= AS_THEY_ARE:
        return values
    prepare = partial(field.get_db_prep_save, connection=connection)
    # Rows of one transaction have one time, and making it ready takes longer than all the rest of a row.
    return list(map(cache(prepare) if kinds == {datetime} else prepare, values))


@cache
def _statement(model: type[Model]) -> str:
    """Return the statement, which SQLite and PostgreSQL spell alike; it is made of the names of our own columns."""
    columns = {field: f'"{field.column}"' for field in model._meta.concrete_fields}
    (key,) = (column for field, column in columns.items() if field.primary_key)
    replaced = ", ".join(f"{column} = excluded.{column}" for column in columns.values() if column != key)
    places = ", ".join(["%s"] * len(columns))
    insert = f'INSERT INTO "{model._meta.db_table}" ({", ".join(columns.values())}) VALUES ({places})'  # noqa: S608
    return f"{insert} ON CONFLICT ({key}) DO UPDATE SET {replaced}"
