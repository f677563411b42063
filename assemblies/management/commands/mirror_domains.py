"""Mirror the library: its databases and the payloads, consistent, while it is served."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from assemblies.backup.mirror import MirrorReport, mirror
from assemblies.conf import payload_store
from assemblies.management.command import REFUSED, LibraryCommand
from assemblies.management.tables import table_lines


class Command(LibraryCommand):
    help = (
        "Copy every database and every payload the journal names into a new sub-folder of DIR, with a manifest of "
        "SHA-256 hashes, and verify the copy. The library may be in use. An earlier mirror in DIR "
        "goes when the new one is finished and without a fault. Exit code 2 when it was refused, or when anything was "
        "found; the rest is mirrored then."
    )
    examples = """
        manage.py mirror_domains /srv/backup/borealis
        manage.py mirror_domains /srv/backup/borealis --json | jq .faults
        manage.py mirror_domains /srv/backup/borealis --payloads-only     next to pg_dump
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", metavar="DIR", help="A new or empty folder, or one with earlier mirrors.")
        parser.add_argument(
            "--payloads-only", action="store_true", help="Leave the databases to their own tools, such as pg_dump."
        )

    def work(self, **options: Any) -> None:
        with self.tracking() as track:
            report = mirror(
                Path(options["directory"]),
                store=payload_store(),
                now=timezone.now(),
                payloads_only=options["payloads_only"],
                track=track,
            )
        self.answer(report.json(), self._lines(report))
        if report.faults:
            raise CommandError(
                f"{len(report.faults)} faults, in the library as in the mirror; earlier mirrors were kept.",
                returncode=REFUSED,
            )

    def _lines(self, report: MirrorReport) -> Iterator[str]:
        if report.faults:
            rows = [(fault.kind, fault.subject, fault.detail) for fault in report.faults]
            yield from table_lines("Faults", ("Kind", "Subject", "Detail"), rows, terminal=self.stdout.isatty())
        facts = report.json()
        yield f"{facts['mirror']}: {facts['databases']} databases, {facts['payloads']} payloads, {facts['bytes']} bytes"
        yield f"journal up to {facts['journal']['sequence']}, {facts['elapsed_seconds']} s"
        yield f"SHA-256 of the manifest: {facts['manifest_sha256']}"
