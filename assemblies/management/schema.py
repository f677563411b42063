"""Bring each database to this version's schema, and refuse one that is not ours to change.

Most starts find everything applied, which one query shows; only where it does not are the migrations themselves loaded.
"""

import pkgutil
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from importlib import import_module

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from assemblies.databases import ALIAS_OF_APP
from devmode.accounts.roles import are_permissions_whole
from devmode.disk_faults import find_disk_fault
from devmode.sqlite_files import find_sqlite_file

OUR_APPS = {"assemblies", "devmode", *ALIAS_OF_APP}


def migrate_all(step: Callable[[str], object]) -> dict[str, int]:
    """Migrate every database and return how many migrations each lacked; `step` is told what comes next.

    Raises CommandError before anything is changed when one of them is not ours.
    """
    lacked = {alias: missing_migrations(alias) for alias in connections}
    new = [alias for alias, count in lacked.items() if count == len(shipped_migrations())]
    made = new if len(new) > 1 else []
    if made:
        step("making new databases")
        _make_side_by_side(made)
    for alias, missing in lacked.items():
        step(f"migrating {alias}")
        _migrate(alias, missing=0 if alias in made else missing)
    return lacked


def _make_side_by_side(aliases: list[str]) -> None:
    """Apply every migration to databases that have none, so that the models at each are rendered once for all of them.

    A migration is recorded in the transaction that applies it: a crash leaves each database at one of them, from which
    `migrate` goes on.
    """
    executors = [_executor(alias) for alias in aliases]
    for executor in executors:
        executor.recorder.ensure_schema()
    loader = executors[0].loader
    state = ProjectState(real_apps=loader.unmigrated_apps)
    for migration, _backwards in executors[0].migration_plan(loader.graph.leaf_nodes()):
        # Rendered once: from here on each operation renders only what it changes.
        state.apps  # noqa: B018
        with ExitStack() as stack:
            editors = [stack.enter_context(one.connection.schema_editor(atomic=migration.atomic)) for one in executors]
            for operation in migration.operations:
                before = state.clone()
                operation.state_forwards(migration.app_label, state)
                for editor in editors:
                    operation.database_forwards(migration.app_label, editor, before, state)
            for executor in executors:
                executor.recorder.record_applied(migration.app_label, migration.name)


def migrate(alias: str) -> int:
    """Migrate one database and return how many migrations it lacked. Raises CommandError when it is not ours."""
    missing = missing_migrations(alias)
    _migrate(alias, missing=missing)
    return missing


def _migrate(alias: str, *, missing: int) -> None:
    # What follows the migrations of `default` (groups, permissions) must be made good after a crash, too.
    if missing or (alias == DEFAULT_DB_ALIAS and not are_permissions_whole()):
        call_command("migrate", database=alias, verbosity=0, interactive=False, skip_checks=True)


def missing_migrations(alias: str) -> int:
    """Return how many migrations a database lacks. Raises CommandError when it is not ours."""
    if _is_current(alias):
        return 0
    executor = _executor(alias)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _is_current(alias: str) -> bool:
    """Say whether exactly the migrations of this version are applied; a database that cannot be read is not current."""
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            return set(cursor.fetchall()) == shipped_migrations()
    except DatabaseError:
        return False


@cache
def shipped_migrations() -> set[tuple[str, str]]:
    """Return the app and the name of every migration, from the names of the files alone."""
    return {(app.label, name) for app in apps.get_app_configs() for name in _names_of(app.label)}


def _names_of(app_label: str) -> list[str]:
    package, _is_set = MigrationLoader.migrations_module(app_label)
    try:
        folders = import_module(str(package)).__path__
    except ModuleNotFoundError:
        return []
    return [module.name for module in pkgutil.iter_modules(folders) if module.name[0] not in "_~"]


def _executor(alias: str) -> MigrationExecutor:
    connection = connections[alias]
    try:
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        fault = find_disk_fault(error, find_sqlite_file(alias))
        advice = fault.advice if fault else _way_out(alias)
        raise CommandError(f"The {alias} database cannot be opened: {str(error).strip()}. {advice}") from error
    _check_ours(alias, tables, executor)
    return executor


def _way_out(alias: str) -> str:
    if alias == DEFAULT_DB_ALIAS:
        return "Where its file is damaged, restore a mirror (restore_domains --replace)."
    return "Where its file is damaged, move that aside and run `manage.py prepare`: it is rebuilt from the journal."


def _check_ours(alias: str, tables: list[str], executor: MigrationExecutor) -> None:
    applied = set(executor.loader.applied_migrations)
    unknown = sorted(applied - set(executor.loader.disk_migrations))
    if newer := [f"{app}.{name}" for app, name in unknown if app in OUR_APPS]:
        raise CommandError(
            f"The {alias} database was made by a newer version (it has {newer[-1]}). Install that version, "
            "or restore a backup made with this one."
        )
    ours = any(app in OUR_APPS for app, _name in applied)
    if tables and not ours and (unknown or not applied):
        raise CommandError(
            f"The {alias} database belongs to another application (it has a table {sorted(tables)[0]}); "
            "nothing was changed. Give the library a database of its own."
        )
