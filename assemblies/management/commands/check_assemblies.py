"""Check documents and plain scripts from files, folders and zip archives, without a library."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from assemblies.bundles import Found
from assemblies.checking import Report, Severity, Subject, check_many
from assemblies.management.command import REFUSED, LibraryCommand
from assemblies.management.documents import collect_paths
from assemblies.progress import Track

AT_ONCE = 500
UNREADABLE = "unreadable"
Line = dict[str, Any]


class Command(LibraryCommand):
    help = (
        "Check scripts: what is wrong with them (findings) and what they do (facts). Documents of any shape, plain "
        "scripts and playbooks are read from files, folders and zip archives. Nothing is executed and nothing is "
        "written; no library is needed. Exit code 2 when there is an error, or when a path holds no document at all."
    )
    examples = """
        manage.py check_assemblies install.sh
        manage.py check_assemblies ./scripts exported.zip
        manage.py check_assemblies ./scripts --fail-on warning
        manage.py check_assemblies ./scripts --json
    """
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", nargs="+", metavar="PATH", help="A document, a script, a folder or a .zip archive."
        )
        parser.add_argument(
            "--fail-on",
            default=str(Severity.ERROR),
            choices=[str(Severity.ERROR), str(Severity.WARNING)],
            help="What makes the exit code 2 (default: error).",
        )

    def work(self, **options: Any) -> None:
        with self.tracking() as track:
            collected = collect_paths(options["paths"], track=track)
            checked = list(_checked(collected.found, track))
        findings: list[Line] = [
            {"path": one.path, "rule": UNREADABLE, "severity": str(Severity.ERROR), "line": 0, "message": one.reason}
            for one in collected.skipped
            if one.is_broken
        ]
        told = [(path, report.json()) for path, report in checked]
        findings += [{"path": path, **one} for path, parts in told for one in parts["findings"]]
        facts = [{"path": path, **one} for path, parts in told for one in parts["facts"]]
        self.answer(
            {"checked": len(checked), "findings": findings, "facts": facts}, _lines(findings, facts, len(checked))
        )
        failing = {str(Severity.ERROR), options["fail_on"]}
        if failed := sum(one["severity"] in failing for one in findings):
            raise CommandError(f"Findings that fail the check: {failed}", returncode=REFUSED)
        if collected.empty:
            raise CommandError(f"No document and no script found in {', '.join(collected.empty)}.", returncode=REFUSED)


def _checked(found: list[Found], track: Track) -> Iterator[tuple[str, Report]]:
    parts = [found[start : start + AT_ONCE] for start in range(0, len(found), AT_ONCE)]
    for part in track(parts, "Checking scripts", len(parts)):
        reports = check_many([Subject.of_document(one.document) for one in part], is_thorough=True)
        yield from ((one.path, report) for one, report in zip(part, reports, strict=True))


def _lines(findings: list[Line], facts: list[Line], checked: int) -> Iterator[str]:
    """Yield one line for each, as compilers write them."""
    for one in findings:
        yield f"{one['path']}:{one['line']}: {one['severity']}: {one['message']} [{one['rule']}]"
    for one in facts:
        yield f"{one['path']}:{one['line']}: fact: {one['text']} [{one['rule']}]"
    counts = Counter(str(one["severity"]) for one in findings)
    errors, warnings, infos = counts[Severity.ERROR], counts[Severity.WARNING], counts[Severity.INFO]
    yield f"{checked} checked: {errors} errors, {warnings} warnings, {infos} notes, {len(facts)} facts."
