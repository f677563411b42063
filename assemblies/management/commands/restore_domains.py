"""Restore the library from a mirror."""

import logging
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from assemblies.audit_events import LibraryEvent
from assemblies.backup.manifest import Manifest
from assemblies.backup.restore import Restored, check_mirror, restore, restore_payloads
from assemblies.conf import payload_store
from assemblies.errors import RestoreRefused
from assemblies.inspection.verify import Verification, verify_library
from assemblies.journal.flush import flush
from assemblies.journal.pending import pending_writes
from assemblies.management.command import REFUSED, LibraryCommand
from assemblies.management.place import make_directories, prepared_alone
from assemblies.management.preparation import KeyRule, prepare
from assemblies.management.tables import table_lines
from assemblies.progress import Track
from devmode.accounts.secret_key import find_difference
from devmode.actor import Actor
from devmode.audit import AuditFacts, record
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
ACTOR = Actor.of_command("restore_domains")
OTHER_KEY = (
    "Its tokens and sessions were made with another secret key: put that key in place before it is served, or run "
    "`prepare --adopt-secret-key`, which ends them."
)


class Command(LibraryCommand):
    help = (
        "Verify a mirror, put its databases and payloads in place, then migrate, flush and verify the library. Nothing "
        "may be running. The files of a library that is replaced are moved to before-restore-<UTC> below the runtime "
        "root. Exit code 2 when it was refused, then nothing has changed, or when the verification found something."
    )
    examples = """
        manage.py restore_domains /srv/backup/borealis
        manage.py restore_domains /srv/backup/borealis/mirror-20260131T030000000000Z
        manage.py restore_domains /srv/backup/borealis --replace --json
        manage.py restore_domains /srv/backup/borealis --payloads-only      lost or damaged payloads alone
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", metavar="DIR", help="A mirror, or a folder whose newest mirror is meant.")
        parser.add_argument(
            "--replace", action="store_true", help="Replace a library with other content; its files are kept aside."
        )

        parser.add_argument(
            "--payloads-only",
            action="store_true",
            help="Put back lost and damaged payloads alone, while the library is used; what was written since stays.",
        )

    def work(self, **options: Any) -> None:
        started = monotonic()
        with self.tracking() as track:
            mirror, manifest = self._checked(Path(options["directory"]), track)
            if options["payloads_only"]:
                restored = restore_payloads(
                    mirror,
                    manifest,
                    runtime_root=settings.RUNTIME_ROOT,
                    store=payload_store(),
                    now=timezone.now(),
                    track=track,
                )
            else:
                restored = self._restore(mirror, manifest, track, replace=options["replace"])
            self._bring_up(restored, prepares=manifest.has_databases and not options["payloads_only"])
            verification = verify_library(payload_store(), now=timezone.now(), track=track)
        pending = len(pending_writes())
        facts = _facts(restored) | {"pending": pending, "secret_key_differs": find_difference()} | verification.json()
        facts["elapsed_seconds"] = round(monotonic() - started, 3)
        self.answer(facts, self._lines(facts, verification))
        if verification.findings or pending:
            raise CommandError(
                f"The mirror is in place, with {len(verification.findings)} findings and {pending} pending writes.",
                returncode=REFUSED,
            )

    def _checked(self, directory: Path, track: Track) -> tuple[Path, Manifest]:
        try:
            return check_mirror(directory, track=track)
        except RestoreRefused as refusal:
            if not self.as_json:
                for finding in refusal.detail.get("findings", []):
                    self.stderr.write(f"{finding['subject']}: {finding['detail']}")
            raise

    def _restore(self, mirror: Path, manifest: Manifest, track: Track, *, replace: bool) -> Restored:
        make_directories()
        with prepared_alone():
            return restore(
                mirror,
                manifest,
                runtime_root=settings.RUNTIME_ROOT,
                store=payload_store(),
                now=timezone.now(),
                replace=replace,
                track=track,
            )

    def _bring_up(self, restored: Restored, *, prepares: bool) -> None:
        """Migrate what an older version mirrored, say in the audit what was done, and write what was pending then."""
        logger.warning("restore_domains: %s, journal up to %s", restored.mirror, restored.manifest.head.sequence)
        if prepares:
            prepare(actor=ACTOR, secret_key=KeyRule.LEFT)
        with write_transaction():
            record(
                AuditFacts(actor=ACTOR, event=LibraryEvent.RESTORE, detail=_facts(restored)),
                now=timezone.now(),
            )
        flush()

    def _lines(self, facts: dict[str, Any], verification: Verification) -> Iterator[str]:
        yield f"{facts['mirror']}: restored up to journal entry {facts['sequence']}, made at {facts['made_at']}"
        yield f"{facts['payloads']} payloads put back"
        for folder in facts["moved_aside"]:
            yield f"What was in place before is in {folder}"
        found = (("Findings", verification.findings), ("Notes", verification.notes))
        for title, findings in found:
            if findings:
                rows = [(finding.kind, finding.subject, finding.detail) for finding in findings]
                yield from table_lines(title, ("Kind", "Subject", "Detail"), rows, terminal=self.stdout.isatty())
        if not verification.findings:
            yield "The library is as it should be."
        if facts["secret_key_differs"]:
            yield OTHER_KEY


def _facts(restored: Restored) -> dict[str, Any]:
    return {
        "mirror": str(restored.mirror),
        "made_at": restored.manifest.made_at,
        "journal_id": restored.manifest.head.journal_id,
        "sequence": restored.manifest.head.sequence,
        "payloads": restored.payloads,
        "moved_aside": [str(folder) for folder in restored.aside],
    }
