"""Make sure of a target's tables: look, compare, go forward only, execute, look again.

Only CREATE TABLE, CREATE INDEX and ADD COLUMN, and only on the tables of the descriptor; everything else that differs
is named and left to the operator. One at a time, held by a lock of the target itself, across all libraries that use it.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from io import StringIO
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext

from assemblies.targets.sql.faults import Fault, TargetFault
from assemblies.targets.sql.opening import OWN_TABLE, transaction
from assemblies.targets.sql.tables import metadata

# It tells of each step; the report says what came of them.
logging.getLogger("alembic").setLevel(logging.WARNING)
LOCK_NAME = "borealis_ensure_schema"
LOCK_NUMBER = 7_220_461_935_871
LOCK_SECONDS = 30


@dataclass(kw_only=True)
class Report:
    """What was found and done, or in a dry run would be. `verified` says that a second look found nothing missing."""

    success: bool = False
    tables_present: list[str] = field(default_factory=list)
    tables_created: list[str] = field(default_factory=list)
    columns_added: list[str] = field(default_factory=list)
    indices_created: list[str] = field(default_factory=list)
    migration_statements: list[str] = field(default_factory=list)
    skipped_destructive: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    verified: bool = False
    dry_run: bool = False

    def json(self) -> dict[str, Any]:
        return asdict(self)


def ensure_schema(engine: sa.Engine, *, instance_id: str, dry_run: bool = False) -> Report:
    """Create what is missing and return the report. Raises TargetFault."""
    report = Report(dry_run=dry_run)
    with transaction(engine) as connection, _alone(connection):
        present = set(sa.inspect(connection).get_table_names())
        if OWN_TABLE in present:
            raise TargetFault(Fault.OWN_DATABASE, {"table": OWN_TABLE})
        report.tables_present = sorted(present & metadata().tables.keys())
        forward = list(_forward(connection, report))
        report.migration_statements = _statements(connection, forward)
        if not dry_run:
            for statement in report.migration_statements:
                connection.exec_driver_sql(statement)
            report.verified = not list(_forward(connection, Report()))
        report.success = report.verified or dry_run
        report.notes += _other_instances(connection, instance_id)
    return report


def _forward(connection: sa.Connection, report: Report) -> Iterator[ops.MigrateOperation]:
    """Yield the operations that add something; name all others in the report."""
    context = MigrationContext.configure(
        connection, opts={"include_name": _is_ours, "compare_type": True, "compare_server_default": False}
    )
    upgrade = produce_migrations(context, metadata()).upgrade_ops
    # The rows of a new index's table come first.
    found = sorted(_flat(upgrade.ops if upgrade else ()), key=lambda one: isinstance(one, ops.CreateIndexOp))
    for operation in found:
        match operation:
            case ops.CreateTableOp():
                report.tables_created.append(operation.table_name)
            case ops.CreateIndexOp():
                report.indices_created.append(str(operation.index_name))
            case ops.AddColumnOp():
                report.columns_added.append(f"{operation.table_name}.{operation.column.name}")
                # The rows that are there have no value for it.
                column = sa.Column(operation.column.name, operation.column.type, nullable=True)
                yield ops.AddColumnOp(operation.table_name, column)
                continue
            case _:
                _skip(operation, report)
                continue
        yield operation


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:
    """Say whether to look at a table, and at what is in it."""
    table = name if kind == "table" else parents.get("table_name")
    return table in metadata().tables if table is not None else kind == "schema" and name is None


def _flat(operations: Sequence[ops.MigrateOperation]) -> Iterator[ops.MigrateOperation]:
    for operation in operations:
        if isinstance(operation, ops.ModifyTableOps):
            yield from _flat(operation.ops)
        else:
            yield operation


def _skip(operation: ops.MigrateOperation, report: Report) -> None:
    match operation:
        case ops.AlterColumnOp() if operation.modify_type is None and operation.modify_nullable is not None:
            place = f"{operation.table_name}.{operation.column_name}"
            report.notes.append(f"{place}: whether it may be empty differs; left as it is")
        case ops.AlterColumnOp():
            wanted = operation.modify_type
            report.skipped_destructive.append(
                f"ALTER COLUMN {operation.table_name}.{operation.column_name} TO {wanted!r}"
            )
        case ops.DropColumnOp():
            report.skipped_destructive.append(f"DROP COLUMN {operation.table_name}.{operation.column_name}")
        case ops.DropIndexOp():
            report.notes.append(f"{operation.table_name}: the index {operation.index_name} is the operator's own")
        case _:
            report.skipped_destructive.append(type(operation).__name__)


def _statements(connection: sa.Connection, operations: Sequence[ops.MigrateOperation]) -> list[str]:
    """Return the SQL of operations; what a dry run shows is what is executed."""
    written = StringIO()
    options = {"as_sql": True, "output_buffer": written, "literal_binds": True}
    context = MigrationContext.configure(dialect=connection.dialect, opts=options)
    for operation in operations:
        Operations(context).invoke(operation)
    parts = written.getvalue().split(";\n")
    return [" ".join(part.split()) for part in parts if part.strip()]


def _other_instances(connection: sa.Connection, instance_id: str) -> list[str]:
    """Return a warning for each other library whose rows are there."""
    table = metadata().tables["ba_manifest"]
    if not sa.inspect(connection).has_table(table.name):
        return []
    instances: sa.ScalarResult[str] = connection.scalars(sa.select(table.c.instance_id).distinct().limit(10))
    return [f"already used by instance {other}" for other in sorted(instances) if other != instance_id]


@contextmanager
def _alone(connection: sa.Connection) -> Iterator[None]:
    """Keep others from the same at the same time. SQLite's transaction is the lock; PostgreSQL's ends with it."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_NUMBER)))
    if connection.dialect.name != "mysql":
        yield
        return
    if connection.scalar(sa.select(sa.func.get_lock(LOCK_NAME, LOCK_SECONDS))) != 1:
        raise TargetFault(Fault.BUSY, {})
    try:
        yield
    finally:
        connection.execute(sa.select(sa.func.release_lock(LOCK_NAME)))
