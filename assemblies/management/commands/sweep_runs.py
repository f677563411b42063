"""`sweep_runs`: remove old runs."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from assemblies.actions.permit import get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.execution.retention import sweep_runs
from assemblies.management.command import LibraryCommand
from assemblies.permissions import Place, Verb
from devmode.actor import Actor


class Command(LibraryCommand):
    help = (
        "Remove the output, events and items of runs that ended long ago. Their manifests stay, and so does what the "
        "audit says of them."
    )
    examples = """
        manage.py sweep_runs --dry-run
        manage.py sweep_runs --days 30
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            default=settings.RUN_RETENTION_DAYS,
            metavar="N",
            help=f"Those that ended more than N days ago (default {settings.RUN_RETENTION_DAYS}).",
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say how many that would be.")

    def work(self, *, days: int, dry_run: bool, **_options: Any) -> None:
        if days < 1:
            raise CommandError("--days is at least 1.")
        actor = Actor.of_command("sweep_runs")
        permit = get_permit(actor, LibraryEvent.SWEEP_RUNS, Place.LIBRARY, verb=Verb.ADMINISTER)
        swept = sweep_runs(days, permit=permit, now=timezone.now(), dry_run=dry_run)
        words = "would be removed" if dry_run else "removed"
        facts = {"runs": swept.runs, "first_ended_at": swept.first, "last_ended_at": swept.last, "dry_run": dry_run}
        self.answer(facts, [f"Runs that ended more than {days} days ago: {swept.runs} {words}"])
