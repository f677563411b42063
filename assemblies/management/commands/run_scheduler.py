"""`run_scheduler`: the scheduler alone, alongside any WSGI server; or one look at the jobs, at any time."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from assemblies.conf import payload_store
from assemblies.management.companions.command import CompanionCommand
from assemblies.management.companions.table import SCHEDULER
from assemblies.management.preparation import check_prepared
from assemblies.management.tables import printable
from assemblies.schedules.reading import occurrence_lines
from assemblies.schedules.scheduler import Tick, run_due


class Command(CompanionCommand):
    help = (
        "Start what jobs have due, every second until SIGTERM or Ctrl-C. More than one may run. With --once: look at "
        "the jobs one time, as if it were --now."
    )
    examples = """
        manage.py run_scheduler
        manage.py run_scheduler --once --json
        manage.py run_scheduler --once --now 2026-03-29T01:00:00Z
    """
    companion = SCHEDULER
    offers_json = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Start what is due now, then end.")
        parser.add_argument(
            "--now", type=time_argument, metavar="T", help="With --once: the time, in epoch seconds or as ISO 8601."
        )

    def work(self, **options: Any) -> None:
        now: datetime | None = options["now"]
        if options["once"]:
            self._look_once(now or timezone.now())
        elif now is not None or self.as_json:
            raise CommandError("--now and --json need --once.")
        else:
            super().work(**options)

    def _look_once(self, now: datetime) -> None:
        check_prepared()
        tick = run_due(now=now, store=payload_store())
        facts = {"now": now, "occurrences": occurrence_lines(tick.occurrences), "faults": tick.faults}
        self.answer(facts, _words(tick))

    def greeting(self) -> str:
        return "Starting what is due"


def time_argument(words: str) -> datetime:
    """Read a time. Raises ArgumentTypeError."""
    try:
        seconds = float(words)
    except ValueError:
        try:
            time = datetime.fromisoformat(words)
        except ValueError:
            raise ArgumentTypeError(f"{words!r} is no time: use epoch seconds or ISO 8601.") from None
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise ArgumentTypeError(f"{words!r} is out of range.") from None


def _words(tick: Tick) -> Iterator[str]:
    for row in tick.occurrences:
        reason = f" ({row.reason})" if row.reason else ""
        yield f"{row.scheduled_at:%Y-%m-%d %H:%M:%S} UTC  {printable(row.job.name)}: {row.status}{reason} {row.run_id}"
    for job_id, fault in tick.faults.items():
        yield f"Job {job_id}: {printable(fault)}"
    if not tick.occurrences and not tick.faults:
        yield "Nothing is due."
