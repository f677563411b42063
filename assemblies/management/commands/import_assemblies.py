"""Import documents from files, folders and zip archives."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from django.core.management.base import CommandError, CommandParser

from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.actions.permit import get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.bundles import Found, Skipped
from assemblies.conf import payload_store
from assemblies.domains import Domain
from assemblies.importers import IMPORTERS
from assemblies.management.command import REFUSED, LibraryCommand, domain_argument
from assemblies.management.documents import collect_paths, rows_with_guid_of, without_conflicts
from assemblies.management.tables import table_lines
from assemblies.models import Assembly
from devmode.actor import Actor

MAX_ROWS_SHOWN = 50
Outcome = dict[str, list[tuple[str, str | None]]]


class Command(LibraryCommand):
    help = (
        "Import JSON documents of any shape, plain scripts and playbooks, and exports of Tactical RMM, Breeze, "
        "Rundeck, AWX, Semaphore and Datto RMM, from files, folders (at any depth, readable style too) and zip "
        "archives. A plain file is known again by its source and path, or by its bytes, and a script of another tool "
        "by its name there; a JSON document without a GUID becomes a new assembly each time it is imported. What is "
        "refused is listed and stops no other; exit code 2 when there was any, or when a path holds no document at all."
    )
    examples = """
        manage.py import_assemblies script.json --domain user
        manage.py import_assemblies ./exported backup.zip --domain community --on-conflict skip
        manage.py import_assemblies ./exported --domain user --dry-run --json
        manage.py import_assemblies ./scripts --source workshop
        manage.py import_assemblies ./community-scripts --from tactical
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", nargs="+", metavar="PATH", help="A document, a script, a folder or a .zip archive."
        )
        parser.add_argument(
            "--domain", default=Domain.USER, type=domain_argument, help="official, community or user (default: user)."
        )
        parser.add_argument(
            "--source",
            default="",
            metavar="NAME",
            help="What plain scripts come from (default: the address of a git work tree, else the folder's "
            "name; none for a .zip archive, whose scripts are known by their bytes).",
        )
        parser.add_argument(
            "--from",
            dest="tool",
            default="",
            choices=IMPORTERS,
            help="Read the exports of this tool and nothing else (default: whatever is recognised).",
        )
        parser.add_argument(
            "--on-conflict",
            default=str(OnConflict.UPDATE),
            choices=[str(policy) for policy in OnConflict],
            help="What to do when the domain already has a document's GUID (default: update).",
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done and write nothing.")

    def work(self, **options: Any) -> None:
        started = monotonic()
        domain, on_conflict = Domain(options["domain"]), OnConflict(options["on_conflict"])
        with self.tracking() as track:
            collected = collect_paths(options["paths"], source=options["source"], tool=options["tool"], track=track)
        good, conflicts = without_conflicts(collected.found, domain, on_conflict)
        rows, dry_run = rows_with_guid_of(good), options["dry_run"]
        outcome = _foretold(good, rows, on_conflict) if dry_run else _imported(good, domain, on_conflict)
        refused = [*(one for one in collected.skipped if one.is_broken), *conflicts]
        passed_over = [one for one in collected.skipped if not one.is_broken]
        facts = {
            "domain": str(domain),
            "on_conflict": str(on_conflict),
            "dry_run": dry_run,
            **{what: [{"path": path, "assembly_guid": guid} for path, guid in rows] for what, rows in outcome.items()},
            "refused": [{"path": one.path, "reason": one.reason} for one in refused],
            "passed_over": [{"path": one.path, "reason": one.reason} for one in passed_over],
            "without_documents": collected.empty,
            "elapsed_seconds": round(monotonic() - started, 3),
        }
        empty = [f"No document and no script found in {path}." for path in collected.empty]
        self.answer(facts, [*empty, *self._lines(outcome, refused, passed_over, dry_run=dry_run)])
        if refused:
            raise CommandError(f"Documents refused: {len(refused)}", returncode=REFUSED)
        if empty:
            raise CommandError(f"Paths without a document: {len(empty)}", returncode=REFUSED)

    def _lines(
        self, outcome: Outcome, refused: list[Skipped], passed_over: list[Skipped], *, dry_run: bool
    ) -> list[str]:
        rows: list[tuple[str, str, str]] = [("refused", one.path, one.reason) for one in refused]
        rows += [("passed over", one.path, one.reason) for one in passed_over]
        for what in ("created", "updated"):
            rows += [(what, path, guid or "a new GUID") for path, guid in outcome[what]]
        title = "Would be done" if dry_run else "Done"
        columns = ("What", "Document", "GUID or reason")
        lines = table_lines(title, columns, rows[:MAX_ROWS_SHOWN], terminal=self.stdout.isatty()) if rows else []
        if len(rows) > MAX_ROWS_SHOWN:
            lines.append(f"… and {len(rows) - MAX_ROWS_SHOWN} more; --json lists them all.")
        counts = ", ".join(f"{len(found)} {what}" for what, found in outcome.items())
        return [*lines, f"{counts}, {len(refused)} refused."]


def _imported(good: list[Found], domain: Domain, on_conflict: OnConflict) -> Outcome:
    outcome: Outcome = {"created": [], "updated": [], "unchanged": []}
    if not good:
        return outcome
    receipts = import_documents(
        [found.document for found in good],
        domain=domain,
        on_conflict=on_conflict,
        permit=get_permit(Actor.of_command("import_assemblies"), LibraryEvent.IMPORT, domain),
        store=payload_store(),
    )
    for found, receipt in zip(good, receipts, strict=True):
        # One line for both: either way the library has it as it was.
        outcome[receipt.outcome if receipt.changed else "unchanged"].append((found.path, receipt.guid))
    return outcome


def _foretold(good: list[Found], rows: Mapping[str, Assembly], on_conflict: OnConflict) -> Outcome:
    """Say what `_imported` would do. A GUID of None is one that is made when the document is imported."""
    outcome: Outcome = {"created": [], "updated": [], "unchanged": []}
    live = {guid: row.content_hash for guid, row in rows.items() if row.deleted_at is None}
    for found in good:
        guid, content_hash = found.document.guid, found.document.content_hash
        if guid is None or (guid in rows and on_conflict == OnConflict.NEW_GUID):
            outcome["created"].append((found.path, None))
        elif guid not in live:
            outcome["created"].append((found.path, guid))
        elif on_conflict == OnConflict.SKIP or found.document.is_repeated or live[guid] == content_hash:
            outcome["unchanged"].append((found.path, guid))
        else:
            outcome["updated"].append((found.path, guid))
    return outcome
