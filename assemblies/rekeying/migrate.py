"""One run of the migration: plan, and then either a rehearsal or refusals, backup, apply and report, in this order."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings

from assemblies.errors import MigrationRefused, NothingToMigrate, PlanChanged
from assemblies.rekeying.adapter import Adapter
from assemblies.rekeying.apply import Announce, Applied, apply, archive_json
from assemblies.rekeying.plan import Plan, make_plan
from assemblies.rekeying.plan_json import plan_json, state_json
from assemblies.rekeying.registry import Registry
from assemblies.rekeying.report import ReportFiles, write_report

logger = logging.getLogger(f"borealis.engine.{__name__}")


@dataclass
class Migration:
    """A run over one store. `registry_path` is None for the library's own alias table."""

    adapter: Adapter
    registry: Registry
    registry_path: Path | None
    now: datetime
    announce: Announce = field(default=lambda step: None)

    @cached_property
    def plan(self) -> Plan:
        """What the rows ask for as they are when this is first looked at."""
        return make_plan(self.registry, self.adapter.read(self.registry))

    def rehearse(self, folder: Path | None) -> dict[str, Any]:
        """Return the report of doing nothing; it is also written if there is a folder to write it to."""
        report = self.report("dry-run")
        if folder is not None:
            files = self._files(folder)
            report["report_path"] = str(files.report)
            write_report(files.report, report)
        return report

    def check_may_apply(self, *, expected_plan: str | None, allow_empty: bool) -> None:
        """Raise MigrationRefused, PlanChanged or NothingToMigrate unless the plan may be carried out."""
        plan = self.plan
        if plan.faults or plan.has_collisions:
            collisions = sum(len(one.collisions) for one in plan.state_plans)
            raise MigrationRefused(
                f"The migration was refused; nothing was changed. Integrity errors: {len(plan.faults)}, "
                f"collisions: {collisions}.",
                integrity_errors=list(plan.faults),
                collisions=collisions,
            )
        if expected_plan is not None and expected_plan != plan.sha256:
            raise PlanChanged(expected=expected_plan, plan_sha256=plan.sha256)
        if plan.is_empty and not allow_empty:
            raise NothingToMigrate()

    def apply(self, folder: Path, *, backup: bool, archive: bool) -> dict[str, Any]:
        """Carry out the plan, which may be, and return the report, written before the commit.

        Raises PlanChanged, MigrationRefused, a Failure, OSError or DatabaseError; then nothing was changed.
        """
        files = self._files(folder)
        if backup:
            self.adapter.back_up(files.backup)
        report = self.report("apply") | {
            "report_path": str(files.report),
            "backup_path": str(files.backup) if backup else None,
        }

        def write_files(applied: Applied) -> None:
            kept = archive_json(applied, lambda state: state_json(state, self.adapter.words)) if archive else []
            if kept:
                write_report(files.archive, {"plan_sha256": self.plan.sha256, "rows": kept})
            report.update(
                apply_summary=applied.summary,
                archive_path=str(files.archive) if kept else None,
                row_counts_before=applied.rows_before,
                row_counts_after=applied.rows_after,
            )
            write_report(files.report, report)

        try:
            apply(
                self.plan,
                self.adapter,
                self.registry,
                archive=archive,
                write_report=write_files,
                announce=self.announce,
            )
        except BaseException:
            files.remove_written()
            raise
        logger.info("migrate_legacy_aliases: applied plan %s, report %s", self.plan.sha256, files.report)
        return report

    def report(self, mode: str) -> dict[str, Any]:
        """Return the report of this plan, nothing done yet."""
        return {
            "created_at": self.now.isoformat(),
            "mode": mode,
            "tool_version": settings.VERSION,
            "db_path": self.adapter.location,
            "registry_path": str(self.registry_path) if self.registry_path else None,
            "plan_sha256": self.plan.sha256,
            "plan": plan_json(self.plan, self.adapter.words),
            "apply_summary": None,
            "report_path": None,
            "backup_path": None,
            "archive_path": None,
            "row_counts_before": None,
            "row_counts_after": None,
        }

    def _files(self, folder: Path) -> ReportFiles:
        files = ReportFiles.unused(folder, now=self.now)
        files.make_folder()
        return files
