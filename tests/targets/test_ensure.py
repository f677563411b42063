"""Tables are made, completed and verified on each engine; nothing is ever removed or changed."""

import pytest
import sqlalchemy as sa
from django.utils import timezone

from assemblies.targets.administration import permit_persistence
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.errors import ConnectionNotLive
from assemblies.targets.models import SchemaReport
from assemblies.targets.schema import ensure_schema_for
from assemblies.targets.sql.ensure import Report
from assemblies.targets.sql.tables import metadata
from devmode.models import AuditEntry
from tests.targets.conftest import COMMAND, Target

pytestmark = [pytest.mark.engine, pytest.mark.django_db(databases=["default", "execution"])]
TABLES = sorted(metadata().tables)


def ensured(target: Target, *, dry_run: bool = False) -> Report:
    permit = permit_persistence(COMMAND, TargetEvent.ENSURE)
    return ensure_schema_for(target.connection, permit=permit, dry_run=dry_run, now=timezone.now())


def test_a_dry_run_says_what_is_then_done_and_a_second_one_has_nothing_to_do(target: Target) -> None:
    planned = ensured(target, dry_run=True)
    assert (planned.verified, planned.tables_present) == (False, [])
    done = ensured(target)
    assert (done.success, done.verified, done.tables_created) == (True, True, TABLES)
    assert done.migration_statements == planned.migration_statements
    assert all(line.startswith(("CREATE TABLE ba_", "CREATE INDEX ba_")) for line in done.migration_statements)
    again = ensured(target)
    assert (again.tables_present, again.migration_statements, again.notes) == (TABLES, [], [])
    assert [report.dry_run for report in SchemaReport.objects.all()] == [False, False, True]
    assert AuditEntry.objects.filter(event=TargetEvent.ENSURE).count() == 2


def test_what_is_missing_is_added_and_what_is_the_operators_own_stays(target: Target) -> None:
    ensured(target)
    target.execute(
        "ALTER TABLE ba_manifest DROP COLUMN sealed_hash",
        "ALTER TABLE ba_manifest ADD COLUMN approved_by VARCHAR(20)",
        "CREATE TABLE invoices (id INTEGER)",
        "CREATE INDEX mine ON ba_queue_workitem (actor)",
    )
    report = ensured(target)
    assert (report.success, report.columns_added) == (True, ["ba_manifest.sealed_hash"])
    assert report.migration_statements == ["ALTER TABLE ba_manifest ADD COLUMN sealed_hash VARCHAR(64)"]
    assert report.skipped_destructive == ["DROP COLUMN ba_manifest.approved_by"]
    target.execute("SELECT id FROM invoices", "SELECT approved_by FROM ba_manifest")


def test_a_target_that_does_not_answer_is_refused_with_its_code(target: Target) -> None:
    target.unplug()
    with pytest.raises(ConnectionNotLive) as refused:
        ensured(target)
    assert refused.value.detail["code"] == "target_unreachable"
    target.plug()
    assert not AuditEntry.objects.filter(event=TargetEvent.ENSURE).exists()


def test_a_database_with_a_queue_of_its_own_is_refused(sqlite_target: Target) -> None:
    sqlite_target.execute("CREATE TABLE ba_execution_epoch (id INTEGER)")
    with pytest.raises(ConnectionNotLive) as refused:
        ensured(sqlite_target)
    assert refused.value.detail["code"] == "own_database"


def test_the_tables_compile_for_mssql() -> None:
    dialect = sa.URL.create("mssql").get_dialect()()
    for table in metadata().sorted_tables:
        assert str(sa.schema.CreateTable(table).compile(dialect=dialect)).strip().startswith("CREATE TABLE")
