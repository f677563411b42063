"""Make sure of the tables of a connection, and keep the report."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from assemblies.actions.permit import Permit
from assemblies.targets.administration import ALIAS, record_decision
from assemblies.targets.errors import ConnectionNotLive
from assemblies.targets.models import PersistenceConnection, SchemaReport
from devmode.models.installation import Installation
from devmode.write_lock import write_transaction

if TYPE_CHECKING:
    from assemblies.targets.sql.ensure import Report
    from assemblies.targets.sql.opening import OpenTarget

KEPT = 20


def ensure_schema_for(connection: PersistenceConnection, *, permit: Permit, dry_run: bool, now: datetime) -> "Report":
    """Make sure of the tables at somebody's request, audited unless it only looks.

    Raises what `answering` raises.
    """
    with answering(connection) as engine:
        if not dry_run:
            record_decision(permit, connection.target.name, {"database": connection.database}, now=now)
        return ensure_and_report(connection, engine, dry_run=dry_run, now=now)


@contextmanager
def answering(connection: PersistenceConnection) -> Iterator["OpenTarget"]:
    """Open a target that answers, and close it again.

    Raises UnsupportedEngine, OwnDatabase, InvalidField, ConnectionNotLive with the code of the fault.
    """
    from assemblies.targets.sql.faults import TargetFault
    from assemblies.targets.sql.opening import open_target, probe

    try:
        engine = open_target(connection)
        try:
            probe(engine)
            yield engine
        finally:
            engine.dispose()
    except TargetFault as error:
        raise ConnectionNotLive(code=error.fault.value, **error.place) from error


def ensure_and_report(
    connection: PersistenceConnection, engine: "OpenTarget", *, dry_run: bool = False, now: datetime
) -> "Report":
    """Make sure of the tables and keep the report with the newest ones of the connection. Raises TargetFault."""
    from assemblies.targets.sql.ensure import ensure_schema

    report = ensure_schema(engine, instance_id=Installation.current().instance_id, dry_run=dry_run)
    with write_transaction(ALIAS):
        SchemaReport.objects.create(
            connection=connection, made_at=now, success=report.success, dry_run=dry_run, report=report.json()
        )
        newest = SchemaReport.objects.filter(connection=connection).values_list("pk", flat=True)[:KEPT]
        SchemaReport.objects.filter(connection=connection).exclude(pk__in=list(newest)).delete()
    return report
