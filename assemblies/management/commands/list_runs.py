"""`list_runs`: what was run, newest first."""

import sys
from argparse import ArgumentParser
from typing import Any

from assemblies.execution.models import Run
from assemblies.execution.reading import run_lines
from assemblies.execution.states import Status
from assemblies.management.command import LibraryCommand
from assemblies.management.runs import ALL
from assemblies.management.tables import table_lines

NAMES = ("status", "display_name", "actor", "run_id")


class Command(LibraryCommand):
    help = "List runs, newest first."
    examples = """
        manage.py list_runs
        manage.py list_runs --status Failed --limit 5
        manage.py list_runs --assembly 5f2b… --json
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--status", choices=Status.values, help="Only those with this status.")
        parser.add_argument("--assembly", metavar="GUID", help="Only those of this assembly.")
        parser.add_argument("--limit", type=int, default=20, metavar="N", help="How many (default 20).")

    def work(self, *, status: str | None, assembly: str | None, limit: int, **_options: Any) -> None:
        rows = Run.objects.order_by("-created_at", "run_id")
        rows = rows.filter(status=status) if status else rows
        rows = rows.filter(assembly_guid=assembly) if assembly else rows
        lines = run_lines(list(rows[: max(limit, 1)]), ALL)
        cells = [(f"{line['created_at']:%Y-%m-%d %H:%M}", *(line[name] for name in NAMES)) for line in lines]
        columns = ("Submitted (UTC)", "Status", "Assembly", "By", "Run")
        self.answer(
            {"runs": lines, "count": rows.count()},
            table_lines("Runs", columns, cells, terminal=sys.stdout.isatty()) if cells else ["Nothing was run yet."],
        )
