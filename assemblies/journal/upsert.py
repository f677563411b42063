"""Insert rows, or replace those of the same primary key, with one short statement that the database compiles once.

`bulk_create` spells a statement of hundreds of rows each time, which takes longer than the database needs to carry it
out. What a column's value becomes is still the field's decision, so both write the same.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connections
from django.db.models import Model


def upsert(model: type[Model], rows: Sequence[Mapping[str, Any]], *, using: str) -> None:
    """Write `rows`, which have a value for each column of `model`, into the database `using`.

    Runs inside the caller's transaction. No signal is sent. Raises KeyError when a column has no value, and
    DatabaseError.
    """
    if not rows:
        return
    connection = connections[using]
    fields = model._meta.concrete_fields
    values = [[field.get_db_prep_save(row[field.attname], connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(_statement(model), values)


@cache
def _statement(model: type[Model]) -> str:
    """Return the statement, which SQLite and PostgreSQL spell alike; it is made of the names of our own columns."""
    columns = {field: f'"{field.column}"' for field in model._meta.concrete_fields}
    (key,) = (column for field, column in columns.items() if field.primary_key)
    replaced = ", ".join(f"{column} = excluded.{column}" for column in columns.values() if column != key)
    places = ", ".join(["%s"] * len(columns))
    insert = f'INSERT INTO "{model._meta.db_table}" ({", ".join(columns.values())}) VALUES ({places})'  # noqa: S608
    return f"{insert} ON CONFLICT ({key}) DO UPDATE SET {replaced}"
