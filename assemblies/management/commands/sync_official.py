"""Synchronise the official domain with its source."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from assemblies.actions.permit import get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.errors import SyncRefused
from assemblies.inspection.verify import Finding, find_payload_faults
from assemblies.management.command import LibraryCommand
from assemblies.management.tables import table_lines
from assemblies.models import Assembly
from assemblies.official.open_source import open_source
from assemblies.official.report import SyncReport
from assemblies.official.sync import sync
from assemblies.official.undo import UndoReport, removes_most, undo_sync
from assemblies.progress import Track
from devmode.actor import Actor

MAX_ROWS_SHOWN = 50
# Argparse would read a text as a number.
NEWEST = True
ACTOR = Actor.of_command("sync_official")


class Command(LibraryCommand):
    help = (
        "Bring the official domain to what its source publishes, in one transaction. Exit code 2 when the source is "
        "unreadable, empty, mostly broken, turned back, or would remove more than half of the catalogue; then nothing "
        "has changed. --undo takes a sync back as a whole, and leaves what was changed since."
    )
    examples = """
        manage.py sync_official
        manage.py sync_official ./catalogue --dry-run
        manage.py sync_official https://git.example/catalogue.git --ref v2.1
        manage.py sync_official ./catalogue --keep-local --verify
        manage.py sync_official ./catalogue --allow-mass-removal --json
        manage.py sync_official --undo --dry-run
        manage.py sync_official --undo 12 --json
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source",
            nargs="?",
            default="",
            help="A folder of JSON documents, a git repository or a domain database; BOREALIS_OFFICIAL_SOURCE when "
            "left out.",
        )
        parser.add_argument("--ref", default="", help="Branch, tag or commit; BOREALIS_OFFICIAL_REF when left out.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done and write nothing.")
        parser.add_argument("--verify", action="store_true", help="Read every official payload back afterwards.")
        parser.add_argument("--keep-local", action="store_true", help="Leave alone what was changed or deleted here.")
        parser.add_argument(
            "--allow-mass-removal",
            action="store_true",
            help="Allow more than half of the official catalogue to be removed.",
        )
        parser.add_argument(
            "--allow-rollback",
            action="store_true",
            help="Allow a commit that does not come after the last accepted one.",
        )
        parser.add_argument(
            "--undo",
            nargs="?",
            type=int,
            const=NEWEST,
            metavar="RECORD",
            help="Undo the newest sync, or the one with this record; no source is read. Nothing is done when it is "
            "undone already.",
        )

    def work(self, **options: Any) -> None:
        with self.tracking() as track:
            if options["undo"] is not None:
                self._undo(options, track)
                return
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
                open_source(options["source"], options["ref"]),
                permit=get_permit(ACTOR, LibraryEvent.SYNC, Domain.OFFICIAL),
                store=payload_store(),
                dry_run=options["dry_run"],
                keep_local=options["keep_local"],
                allow_mass_removal=options["allow_mass_removal"],
                allow_rollback=options["allow_rollback"],
                track=track,
            )
        except SyncRefused as refusal:
            if not self.as_json:
                self.stderr.write("\n".join(f"{one['path']}: {one['reason']}" for one in refusal.detail["skipped"]))
            raise

    def _undo(self, options: dict[str, Any], track: Track) -> None:
        if options["source"] or options["ref"] or options["keep_local"] or options["verify"]:
            words = "--undo reads no source; it goes with --dry-run, --allow-mass-removal and --json only."
            raise CommandError(words, returncode=2)
        report = undo_sync(
            permit=get_permit(ACTOR, LibraryEvent.UNDO_SYNC, Domain.OFFICIAL),
            store=payload_store(),
            record=None if options["undo"] is NEWEST else options["undo"],
            dry_run=options["dry_run"],
            allow_mass_removal=options["allow_mass_removal"],
            track=track,
        )
        self.answer(report.json(), undo_lines(report))

    def _lines(self, report: SyncReport) -> Iterator[str]:
        facts = report.json()
        rows = list(_rows(report))
        for diff in report.diffs:
            yield f"--- {diff.path}\n{diff.text}"
        terminal = self.stdout.isatty()
        if rows:
            title = "Would be done" if report.dry_run else "Done"
            yield from table_lines(
                title, ("What", "Assembly", "GUID or reason"), rows[:MAX_ROWS_SHOWN], terminal=terminal
            )
        if len(rows) > MAX_ROWS_SHOWN:
            yield f"… and {len(rows) - MAX_ROWS_SHOWN} more; --json lists them all."
        counts = Counter(what for what, _name, _guid in rows)
        words = ", ".join(f"{count} {what}" for what, count in counts.items()) or "nothing to do"
        yield f"{facts['source']} ({facts['source_version']}): {words}; {report.plan.unchanged} unchanged."
        yield from report.notes
        yield f"{report.rows} official assemblies, {report.elapsed_seconds} s."


def undo_lines(report: UndoReport) -> Iterator[str]:
    """Say what was undone, or would be."""
    if report.record is None:
        yield "There is no sync to undo."
        return
    sync_words = (
        f"sync {report.record.pk} of {report.record.recorded_at:%Y-%m-%d %H:%M} UTC to {report.record.source_version}"
    )
    if report.undone_by is not None:
        yield f"The {sync_words} is already undone (record {report.undone_by.pk}). Nothing was changed."
        return
    yield f"{'Would undo' if report.dry_run else 'Undid'} the {sync_words}:"
    yield f"{len(report.restored)} restored, {len(report.removed)} removed, {len(report.left)} left as they are."
    for guid in report.left:
        yield f"changed since, left: {guid}"
    if report.dry_run and removes_most(report):
        yield "That is most of the official catalogue: undoing needs --allow-mass-removal."


def _rows(report: SyncReport) -> Iterator[tuple[str, str, str]]:
    plan = report.plan
    written = (("added", plan.added), ("changed", plan.changed), ("moved", plan.moved))
    for what, documents in written:
        for document in documents:
            yield what, document.document.display_name, document.guid
    for row in plan.removed:
        yield "removed", row.display_name, row.guid
    touched = {document.guid for document in (*plan.added, *plan.changed)} | {row.guid for row in plan.removed}
    names = dict(Assembly.objects.filter(guid__in=plan.local_edits).values_list("guid", "display_name"))
    for guid in plan.local_edits:
        yield "local edit overwritten" if guid in touched else "local edit kept", names.get(guid, ""), guid
    for claim in report.claims:
        yield "claimed", f"the {claim.domain} assembly is now {claim.new_guid}", claim.guid
    for skipped in plan.skipped:
        yield "skipped", skipped.path, skipped.reason


def _payload_faults(track: Track) -> list[Finding]:
    rows = Assembly.objects.live().of_domain(Domain.OFFICIAL).without_texts()
    needed = {reference for row in rows.iterator(chunk_size=500) for reference in row.read_content().references}
    return list(find_payload_faults(payload_store(), needed, Counter(), track))
