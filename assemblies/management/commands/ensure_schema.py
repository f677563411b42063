"""`ensure_schema`: create what is missing of the tables of a persistence target."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from assemblies.management.command import LibraryCommand
from assemblies.targets.administration import get_connection, permit_persistence
from assemblies.targets.assignment import get_assignment
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.schema import ensure_schema_for
from devmode.actor import Actor


class Command(LibraryCommand):
    help = (
        "Create the tables, columns and indexes that a persistence target lacks. Nothing is ever removed or changed: "
        "what differs is named."
    )
    examples = """
        manage.py ensure_schema --dry-run
        manage.py ensure_schema --connection 3 --json
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--connection", type=int, metavar="ID", help="The connection; the one that is assigned if none is given."
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be done.")

    def work(self, *, connection: int | None, dry_run: bool, **_options: Any) -> None:
        permit = permit_persistence(Actor.of_command("ensure_schema"), TargetEvent.ENSURE)
        chosen = get_assignment().connection if connection is None else get_connection(connection)
        report = ensure_schema_for(chosen, permit=permit, dry_run=dry_run, now=timezone.now()).json()
        words = {
            "Created": [*report["tables_created"], *report["columns_added"], *report["indices_created"]],
            "Left to the operator": report["skipped_destructive"],
            "Notes": report["notes"],
            "SQL": report["migration_statements"] if dry_run else [],
        }
        lines = [f"{chosen}: {'verified' if report['verified'] else 'not verified'}"]
        self.answer(report, lines + [f"{title}: {line}" for title, listed in words.items() for line in listed])
