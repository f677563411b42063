"""`persistence_flush`: copy at once what is to be copied."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from assemblies.management.command import LibraryCommand
from assemblies.management.commands.persistence_status import status_lines
from assemblies.targets.administration import permit_persistence
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.flushing import flush_now
from assemblies.targets.models import Stream
from assemblies.targets.rejected import skip_rejected
from devmode.actor import Actor


class Command(LibraryCommand):
    help = (
        "Copy what is to be copied to the assigned target now, and wait for it. With --skip the row that the target "
        "rejected is left out first, for ever: the copy then lacks it."
    )
    examples = """
        manage.py persistence_flush
        manage.py persistence_flush --seconds 600
        manage.py persistence_flush --skip queue
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=int, default=60, help="How long to wait at most (default 60).")
        parser.add_argument("--skip", choices=Stream.values, help="Leave out the row that stopped this stream.")

    def work(self, *, seconds: int, skip: str | None, **_options: Any) -> None:
        if seconds < 1:
            raise CommandError("--seconds is at least 1.")
        if skip:
            actor = Actor.of_command("persistence_flush")
            skip_rejected(Stream(skip), permit=permit_persistence(actor, TargetEvent.SKIP))
        status = flush_now(patience_seconds=seconds)
        self.answer(status, status_lines(status))
