"""Verify what is stored: payloads, domain databases, working copy, journal and audit."""

from typing import Any

from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from assemblies.conf import payload_store
from assemblies.execution.evidence import find_faults as find_run_faults
from assemblies.inspection.verify import Verification, verify_library
from assemblies.inspection.verify.databases import guarded
from assemblies.management.command import REFUSED, LibraryCommand
from assemblies.management.tables import table_lines

EXECUTION = "execution"


class Command(LibraryCommand):
    help = (
        "Verify the library without changing it: the SHA-256 of every payload any revision names, missing and orphan "
        "payloads, domain databases and working copy against the journal, texts against scripts, settings and notes "
        "against the audit, the chains of journal and audit, and each SQLite database against itself. "
        "Exit code 2 when anything was found."
    )
    examples = """
        manage.py verify_library
        manage.py verify_library --json | jq .findings
    """

    def work(self, **_options: Any) -> None:
        with self.tracking() as track:
            result = verify_library(payload_store(), now=timezone.now(), track=track)
            result.findings += guarded(find_run_faults(result.checked, now=timezone.now()), _alias_of_runs(result))
        self.answer(result.json(), self._lines(result))
        if result.findings:
            count = len(result.findings)
            raise CommandError(f"{count} finding{'' if count == 1 else 's'}", returncode=REFUSED)

    def _lines(self, result: Verification) -> list[str]:
        terminal = self.stdout.isatty()
        lines = [f"{name.replace('_', ' ')}: {count}" for name, count in sorted(result.checked.items())]
        lines += [f"{chain} head: {head}" for chain, head in result.heads.items()]
        for title, findings in (("Findings", result.findings), ("Notes", result.notes)):
            if findings:
                rows = [(finding.kind, finding.subject, finding.detail) for finding in findings]
                lines += table_lines(title, ("Kind", "Subject", "Detail"), rows, terminal=terminal)
        return lines if result.findings else [*lines, "The library is as it should be."]


def _alias_of_runs(result: Verification) -> str:
    """Return which database stands in the way where runs cannot be compared: theirs, or that of the audit."""
    sick = {finding.subject for finding in result.findings if finding.kind == "database"}
    return DEFAULT_DB_ALIAS if DEFAULT_DB_ALIAS in sick else EXECUTION
