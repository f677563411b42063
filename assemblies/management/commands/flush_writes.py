"""`flush_writes`: write every pending change to its domain database now."""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import CommandError

from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.journal.pending import pending_writes
from assemblies.management.command import LibraryCommand, domain_argument
from assemblies.models import DomainState


class Command(LibraryCommand):
    help = "Write pending changes to their domain databases now. Safe at any time, also while the library is served."
    examples = """
        manage.py flush_writes
        manage.py flush_writes --domain community --json
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--domain", type=domain_argument, help="official, community or user (default: all three).")

    def work(self, *, domain: Domain | None, **_options: Any) -> None:
        started = monotonic()
        asked = [domain] if domain else list(Domain)
        flushed = {str(name): 0 for name in Domain} | flush(asked)
        errors = {
            state.domain: state.last_error for state in DomainState.objects.filter(domain__in=asked, attempts__gt=0)
        }
        facts: dict[str, Any] = {
            "flushed": flushed,
            "pending": len(pending_writes()),
            "elapsed_seconds": round(monotonic() - started, 3),
        }
        lines = [f"{name}: {count} written" for name, count in flushed.items() if Domain(name) in asked]
        self.answer(facts | ({"errors": errors} if errors else {}), [*lines, f"pending: {facts['pending']}"])
        if errors:
            raise CommandError(" ".join(f"{name}: {words}" for name, words in errors.items()))
