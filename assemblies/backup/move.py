"""Copy a database to another engine: every row is written, then read back and compared, in one transaction there.

Either the target has all of it or none of it. No writer is let into the source meanwhile, nor afterwards, unless it is
a replica: the next flush applies to the target what that was told. Whether somebody uses a database can be seen only
while it is used. A process that sleeps through the move and wakes afterwards would write where nobody looks; so the
database itself refuses every change from the moment of the copy on, to whatever still has its address.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, TypeVar

from django.apps import apps
from django.core.management.color import no_style
from django.db import DatabaseError, connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model, QuerySet
from django.db.models.sql import InsertQuery

from assemblies.backup.exclusive_lock import unused_file
from assemblies.databases import DEFAULT, REPLICAS
from assemblies.errors import MoveRefused, RestoreRefused
from assemblies.progress import Track, in_batches
from devmode.sqlite_files import find_sqlite_file
from devmode.write_lock import WriteLockTimeout, write_transaction

TARGET = "move_target"
BATCH = 500
# The background threads of `serve` look at `default` at least once a second.
WATCH_SECONDS = 5.0
SECONDS_BETWEEN_LOOKS = 0.1
MOVED_WORDS = "this database was moved to another place, and nothing is written here any more"
CHANGES = ("INSERT", "UPDATE", "DELETE")
MOVED_NAME = "moved_away"
# What migrating writes into an empty database; the source's own rows take its place.
MADE_BY_MIGRATING = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}
OTHER_SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)
IN_USE = (
    "The {alias} database is in use: end serve, flush_worker and whatever else works with the library, then try again. "
    "Nothing was changed."
)
Rows = dict[str, int]
T = TypeVar("T")


def require_unused(alias: str) -> None:
    """Raise MoveRefused when the library is used and the next change to `alias` would be left behind.

    A process that works with the library opens `default` again and again, and `execution` only where scripts run: both
    are looked at for WATCH_SECONDS, since between two requests nobody need have them open. A replica is moved while it
    is used: its watermark moves with it, and the next flush applies what came since.
    """
    if alias in REPLICAS:
        return
    connections.close_all()
    ends_at = monotonic() + WATCH_SECONDS
    while monotonic() < ends_at:
        for one in {alias, DEFAULT}:
            _require_alone(one)
        sleep(SECONDS_BETWEEN_LOOKS)


def _require_alone(alias: str) -> None:
    if file := find_sqlite_file(alias):
        try:
            unused_file(alias, file)
        except RestoreRefused as refusal:
            raise MoveRefused(refusal.message) from refusal
    elif _other_sessions(alias):
        raise MoveRefused(IN_USE.format(alias=alias))


def require_empty(alias: str) -> None:
    """Raise MoveRefused when the target contains more than what migrating writes."""
    for model in models_of(alias):
        if model._meta.db_table not in MADE_BY_MIGRATING and _rows(model, TARGET).exists():
            raise MoveRefused(
                f"The target already has rows in {model._meta.db_table}; nothing was changed. Name an empty database."
            )


def copy_rows(alias: str, *, track: Track) -> Rows:
    """Copy `alias` to TARGET, whose schema is made; return the number of rows of each table.

    Raises MoveRefused when a row does not fit there or is read back otherwise, when the source stays locked.
    """
    models = models_of(alias)
    try:
        with _frozen(alias, models):
            with transaction.atomic(TARGET, durable=True):
                _empty(models)
                rows = {model._meta.db_table: _copy(model, alias, track) for model in models}
                for model in models:
                    _compare(model, alias, rows[model._meta.db_table], track)
                _set_sequences(models)
            if alias not in REPLICAS:
                # After a crash right here both can be written; the target is not in use yet, and not empty.
                close_for_writing(alias, models)
            return rows
    except WriteLockTimeout as error:
        raise MoveRefused(f"Others kept the {alias} database locked; nothing was changed. Try again.") from error


def give_up(alias: str) -> None:
    """Let the database `alias`, which was moved, be written again in its place. Raises WriteLockTimeout."""
    with write_transaction(alias):
        open_for_writing(alias, models_of(alias))


def models_of(alias: str) -> list[type[Model]]:
    """Return the models whose tables are in the database `alias`."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if _has_table(model) and router.allow_migrate_model(alias, model)]


def _has_table(model: type[Model]) -> bool:
    return model._meta.managed and not model._meta.proxy


def _rows(model: type[Model], using: str) -> "QuerySet[Model]":
    return model._base_manager.using(using)


def _other_sessions(alias: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(OTHER_SESSIONS)
        return int(cursor.fetchone()[0])


@contextmanager
def _frozen(alias: str, models: Sequence[type[Model]]) -> Iterator[None]:
    """Let nobody write to `alias`. SQLite has one writer, which is this transaction; PostgreSQL locks the tables."""
    with write_transaction(alias):
        if connections[alias].vendor == "postgresql":
            tables = ", ".join(connections[alias].ops.quote_name(model._meta.db_table) for model in models)
            with connections[alias].cursor() as cursor:
                cursor.execute(f"LOCK TABLE {tables} IN SHARE MODE")
        yield


def _empty(models: Sequence[type[Model]]) -> None:
    connection = connections[TARGET]
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        for statement in connection.ops.sql_flush(no_style(), tables, allow_cascade=False):
            cursor.execute(statement)


def _copy(model: type[Model], alias: str, track: Track) -> int:
    rows = _rows(model, alias).order_by("pk")
    fields = model._meta.local_concrete_fields
    count = 0
    for batch in in_batches(
        track(rows.iterator(BATCH), f"copying {model._meta.db_table}", rows.count()), _batch_size(fields)
    ):
        _insert(model, fields, batch)
        count += len(batch)
    return count


def _batch_size(fields: "Sequence[Field[Any, Any]]") -> int:
    """Return how many rows one statement of the target takes: SQLite counts its variables."""
    return max(1, min(BATCH, connections[TARGET].ops.bulk_batch_size(fields, [None] * BATCH)))


def _insert(model: type[Model], fields: "Sequence[Field[Any, Any]]", batch: list[Model]) -> None:
    query = InsertQuery(model)
    # Raw: a field that sets itself when a row is saved would otherwise say that the row was changed now.
    query.insert_values(fields, batch, raw=True)
    try:
        query.get_compiler(using=TARGET).execute_sql()
    except (DatabaseError, ValueError) as error:
        raise MoveRefused(
            f"The target does not take a row of {model._meta.db_table}: {str(error).strip()}. Nothing was copied."
        ) from error


def _compare(model: type[Model], alias: str, count: int, track: Track) -> None:
    names = [field.attname for field in model._meta.local_concrete_fields]
    key = names.index(model._meta.pk.attname)
    rows = _rows(model, alias).order_by("pk").values_list(*names)
    found = 0
    for batch in in_batches(track(rows.iterator(BATCH), f"comparing {model._meta.db_table}", count), BATCH):
        copied = _rows(model, TARGET).filter(pk__in=[row[key] for row in batch]).values_list(*names)
        by_key = {row[key]: row for row in copied}
        for row in batch:
            if by_key.get(row[key]) != row:
                raise MoveRefused(f"{model._meta.db_table} {row[key]} is read back otherwise. Nothing was copied.")
        found += len(batch)
    if not found == count == _rows(model, TARGET).count():
        raise MoveRefused(f"{model._meta.db_table} has another number of rows there. Nothing was copied.")


def _set_sequences(models: Sequence[type[Model]]) -> None:
    """Let the next row get a number that none has."""
    connection = connections[TARGET]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


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
        for event in CHANGES:
            yield (
                f'CREATE TRIGGER IF NOT EXISTS "{MOVED_NAME}_{table}_{event}" BEFORE {event} ON {quoted} '
                f"BEGIN SELECT RAISE(ABORT, '{MOVED_WORDS}'); END"
            )
        return
    yield (
        f"CREATE OR REPLACE FUNCTION {MOVED_NAME}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $$ BEGIN RAISE EXCEPTION '{MOVED_WORDS}'; END $$"
    )
    yield from _opening(connection, table)
    yield (
        f"CREATE TRIGGER {MOVED_NAME} BEFORE {' OR '.join(CHANGES)} ON {quoted} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {MOVED_NAME}()"
    )


def _opening(connection: BaseDatabaseWrapper, table: str) -> Iterator[str]:
    quoted = connection.ops.quote_name(table)
    if connection.vendor == "sqlite":
        yield from (f'DROP TRIGGER IF EXISTS "{MOVED_NAME}_{table}_{event}"' for event in CHANGES)
    else:
        yield f"DROP TRIGGER IF EXISTS {MOVED_NAME} ON {quoted}"
