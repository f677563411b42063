"""Statements that every write carries out, compiled once for each engine.

Building one takes the ORM several times as long as the database takes to carry it out, and `bulk_create` spells one of
hundreds of rows each time. What becomes of any other value than a text or a number is still the field's decision, so
both write the same. All run inside the caller's transaction; no signal is sent.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model, QuerySet

AS_THEY_ARE = {str, int}
Row = TypeVar("Row", bound=Model)
Values = Mapping[str, Any]
Converters = Mapping[int, tuple[Sequence[Callable[..., Any]], Any]]


def insert(model: type[Model], rows: Sequence[Values], *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Insert `rows`, which have a value of its field's own type for each column of `model`: `vars` of an instance has.

    Raises KeyError when a column has no value, and DatabaseError.
    """
    _execute(_insertion(model), model, rows, using)


def upsert(model: type[Model], rows: Sequence[Values], *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Insert `rows` as `insert` does, or replace those of the same primary key."""
    _execute(_replacement(model), model, rows, using)


def update(row: Model) -> None:
    """Write all columns of a row of `default`. Raises DatabaseError, also when it is gone."""
    model, connection = type(row), connections[DEFAULT_DB_ALIAS]
    fields = [*_other_fields(model), _key_of(model)]
    with connection.cursor() as cursor:
        cursor.execute(_update(model), *_prepared([vars(row)], fields, connection))
        if cursor.rowcount != 1:
            raise DatabaseError(f"no row of {model.__name__} was changed")


def locked(model: type[Row], key: Any, **new: Any) -> Row:
    """Return a row as `find_locked` does, made with the values `new` where there is none."""
    return find_locked(model, key) or model._base_manager.select_for_update().get_or_create(pk=key, defaults=new)[0]


def find_locked(model: type[Row], key: Any) -> Row | None:
    """Return a row of `default`, which stays locked until the transaction ends where the engine locks rows.

    Its columns are texts and numbers alone, which every engine returns as they are.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute(_locking_selection(model, connection.vendor), [key])
        found = cursor.fetchone()
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in _fields(model)], found) if found else None


def find_first(question: Callable[[], QuerySet[Any, Any]], values: Sequence[Any]) -> Any:
    """Return the first row that a query on `default` finds, as a tuple, or None.

    `question` is a function of a module. `values` stand in place of the query's own, in the order of its statement.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    adapt = connection.ops.adapt_datetimefield_value
    statement, converters = _compiled(question, connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(statement, [adapt(value) if isinstance(value, datetime) else value for value in values])
        found = cursor.fetchone()
    return _converted(found, converters, connection) if found and converters else found


def _converted(row: Sequence[Any], converters: Converters, connection: BaseDatabaseWrapper) -> tuple[Any, ...]:
    values = list(row)
    for place, (steps, expression) in converters.items():
        for convert in steps:
            values[place] = convert(values[place], expression, connection)
    return tuple(values)


def _execute(statement: str, model: type[Model], rows: Sequence[Values], using: str) -> None:
    if not rows:
        return
    connection = connections[using]
    values = _prepared(rows, _fields(model), connection)
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _prepared(
    rows: Sequence[Values], fields: Sequence["Field[Any, Any]"], connection: BaseDatabaseWrapper
) -> list[tuple[Any, ...]]:
    """Return what the database gets for these fields of each row."""
    columns = [_prepared_column([row[field.attname] for row in rows], field, connection) for field in fields]
    return list(zip(*columns, strict=True))


def _prepared_column(values: Sequence[Any], field: "Field[Any, Any]", connection: BaseDatabaseWrapper) -> Sequence[Any]:
    """Return what the database gets for a column; texts and whole numbers it gets as they are, whatever the field."""
    kinds = set(map(type, values))
    if kinds <= AS_THEY_ARE:
        return values
    prepare = partial(field.get_db_prep_save, connection=connection)
    # Rows of one transaction have one time, and making it ready takes longer than all the rest of a row.
    return list(map(cache(prepare) if kinds == {datetime} else prepare, values))


def _fields(model: type[Model]) -> Sequence["Field[Any, Any]"]:
    return model._meta.concrete_fields


def _key_of(model: type[Model]) -> "Field[Any, Any]":
    (key,) = (field for field in _fields(model) if field.primary_key)
    return key


def _other_fields(model: type[Model]) -> list["Field[Any, Any]"]:
    return [field for field in _fields(model) if not field.primary_key]


# SQLite and PostgreSQL spell these alike, and they are made of the names of our own columns.
@cache
def _insertion(model: type[Model]) -> str:
    columns = ", ".join(f'"{field.column}"' for field in _fields(model))
    places = ", ".join(["%s"] * len(_fields(model)))
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places})'  # noqa: S608


@cache
def _replacement(model: type[Model]) -> str:
    replaced = ", ".join(f'"{field.column}" = excluded."{field.column}"' for field in _other_fields(model))
    return f'{_insertion(model)} ON CONFLICT ("{_key_of(model).column}") DO UPDATE SET {replaced}'


@cache
def _update(model: type[Model]) -> str:
    assigned = ", ".join(f'"{field.column}" = %s' for field in _other_fields(model))
    return f'UPDATE "{model._meta.db_table}" SET {assigned} WHERE "{_key_of(model).column}" = %s'  # noqa: S608


@cache
def _locking_selection(model: type[Model], _vendor: str) -> str:
    return model._base_manager.select_for_update().filter(pk=1).query.sql_with_params()[0]


@cache
def _compiled(question: Callable[[], QuerySet[Any, Any]], _vendor: str) -> tuple[str, Converters]:
    """Return the statement, and what makes values of fields of what the engine returns in some columns."""
    compiler = question().query.get_compiler(DEFAULT_DB_ALIAS)
    statement = compiler.as_sql()[0]
    return statement, compiler.get_converters([column[0] for column in compiler.select])
