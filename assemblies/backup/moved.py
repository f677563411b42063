"""A database that was moved refuses every change from the moment of the copy on.

Whether somebody uses a database can be seen only while it is used. A process that sleeps through the move and wakes
afterwards would write where nobody looks; so the database itself says no, to whatever still has its address.
"""

from collections.abc import Iterator, Sequence

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

WORDS = "this database was moved to another place, and nothing is written here any more"
EVENTS = ("INSERT", "UPDATE", "DELETE")
NAME = "moved_away"


def close_for_writing(alias: str, models: Sequence[type[Model]]) -> None:
    """Let the tables of these models refuse changes, from the end of the current transaction on."""
    _execute(alias, (line for model in models for line in _closing(connections[alias], model._meta.db_table)))


def open_for_writing(alias: str, models: Sequence[type[Model]]) -> None:
    """Take changes again: the move is given up, and what was copied is not used."""
    _execute(alias, (line for model in models for line in _opening(connections[alias], model._meta.db_table)))


def _execute(alias: str, statements: Iterator[str]) -> None:
    with connections[alias].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _closing(connection: BaseDatabaseWrapper, table: str) -> Iterator[str]:
    quoted = connection.ops.quote_name(table)
    if connection.vendor == "sqlite":
        for event in EVENTS:
            yield (
                f'CREATE TRIGGER IF NOT EXISTS "{NAME}_{table}_{event}" BEFORE {event} ON {quoted} '
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )
        return
    yield (
        f"CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$"
    )
    yield from _opening(connection, table)
    yield (
        f"CREATE TRIGGER {NAME} BEFORE {' OR '.join(EVENTS)} ON {quoted} FOR EACH STATEMENT EXECUTE FUNCTION {NAME}()"
    )


def _opening(connection: BaseDatabaseWrapper, table: str) -> Iterator[str]:
    quoted = connection.ops.quote_name(table)
    if connection.vendor == "sqlite":
        yield from (f'DROP TRIGGER IF EXISTS "{NAME}_{table}_{event}"' for event in EVENTS)
    else:
        yield f"DROP TRIGGER IF EXISTS {NAME} ON {quoted}"
