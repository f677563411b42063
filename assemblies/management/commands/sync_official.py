"""Synchronise the official domain with its source."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from assemblies.actions.actor import Actor
from assemblies.actions.progress import Track
from assemblies.actions.staging import references
from assemblies.actions.verify import Finding, find_payload_faults
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import SyncRefused
from assemblies.management.command import LibraryCommand
from assemblies.management.tables import table_lines
from assemblies.management.tracking import bars_of
from assemblies.models import Assembly
from assemblies.official.open_source import open_source
from assemblies.official.plan import SyncPlan
from assemblies.official.sync import SyncReport, sync

MOST_ROWS_SHOWN = 50


class Command(LibraryCommand):
    help = (
        "Bring the official domain to what its source publishes, in one transaction. Exit code 2 when the source is "
        "unreadable, empty, mostly broken, or would remove more than half of the shelf; then nothing has changed."
    )
    examples = """
        manage.py sync_official
        manage.py sync_official ./catalogue --dry-run
        manage.py sync_official ./catalogue --keep-local --verify
        manage.py sync_official ./catalogue --allow-mass-removal --json
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source", nargs="?", default="", help="A folder of JSON documents; BOREALIS_OFFICIAL_SOURCE when left out."
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done and write nothing.")
        parser.add_argument("--verify", action="store_true", help="Read every official payload back afterwards.")
        parser.add_argument("--keep-local", action="store_true", help="Leave alone what was changed or deleted here.")
        parser.add_argument(
            "--allow-mass-removal", action="store_true", help="Allow more than half of the shelf to be removed."
        )

    def work(self, **options: Any) -> None:
        with self.progress() as progress:
            track = bars_of(progress)
            report = self._sync(options, track)
            faults = _payload_faults(track) if options["verify"] else []
        self.answer(report.json(), self._lines(report))
        if faults:
            words = "\n".join(f"{fault.subject}: {fault.detail}" for fault in faults)
            raise CommandError(f"{len(faults)} official payloads are not intact:\n{words}")
        if options["verify"] and not self.as_json:
            self.stdout.write("Every official payload is intact.")

    def _sync(self, options: dict[str, Any], track: Track) -> SyncReport:
        try:
            return sync(
                open_source(options["source"]),
                actor=Actor.of_command("sync_official"),
                store=payload_store(),
                dry_run=options["dry_run"],
                keep_local=options["keep_local"],
                allow_mass_removal=options["allow_mass_removal"],
                track=track,
            )
        except SyncRefused as refusal:
            if not self.as_json:
                self.stderr.write("\n".join(f"{one['path']}: {one['reason']}" for one in refusal.detail["skipped"]))
            raise

    def _lines(self, report: SyncReport) -> Iterator[str]:
        facts = report.json()
        rows = list(_rows(report.plan))
        terminal = self.stdout.isatty()
        if rows:
            title = "Would be done" if report.dry_run else "Done"
            yield from table_lines(
                title, ("What", "Assembly", "GUID or reason"), rows[:MOST_ROWS_SHOWN], terminal=terminal
            )
        if len(rows) > MOST_ROWS_SHOWN:
            yield f"… and {len(rows) - MOST_ROWS_SHOWN} more; --json lists them all."
        counts = Counter(what for what, _name, _guid in rows)
        words = ", ".join(f"{count} {what}" for what, count in counts.items()) or "nothing to do"
        yield f"{facts['source']} ({facts['source_version']}): {words}; {report.plan.unchanged} unchanged."
        yield f"{report.rows} official assemblies, {report.elapsed_seconds} s."


def _rows(plan: SyncPlan) -> Iterator[tuple[str, str, str]]:
    written = (("added", plan.added), ("changed", plan.changed), ("moved", plan.moved))
    for what, documents in written:
        for document in documents:
            yield what, document.document.display_name, document.guid
    for row in plan.removed:
        yield "removed", row.display_name, row.guid
    touched = {document.guid for document in (*plan.added, *plan.changed)} | {row.guid for row in plan.removed}
    for guid in plan.local_edits:
        yield "local edit overwritten" if guid in touched else "local edit kept", "", guid
    for skipped in plan.skipped:
        yield "skipped", skipped.path, skipped.reason


def _payload_faults(track: Track) -> list[Finding]:
    rows = Assembly.objects.live().of_domain(Domain.OFFICIAL).without_texts()
    needed = {reference for row in rows.iterator(chunk_size=500) for reference in references(row.read_content())}
    return list(find_payload_faults(payload_store(), needed, Counter(), track))
