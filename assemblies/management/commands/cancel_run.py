"""`cancel_run`: cancel what of a run has not ended."""

from argparse import ArgumentParser
from typing import Any

from assemblies.execution.control import cancel_run_for, permit_cancel
from assemblies.execution.reading import get_run
from assemblies.management.command import LibraryCommand
from assemblies.management.runs import facts_of_run, run_words
from devmode.actor import Actor


class Command(LibraryCommand):
    help = "Cancel a run: what waits at once, what runs as soon as none of its processes is left."
    examples = """
        manage.py cancel_run 0d6c…
        manage.py cancel_run 0d6c… --reason "wrong machine"
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run_id", help="The run's GUID; list_runs shows them.")
        parser.add_argument("--reason", default="", help="Why, for the record.")

    def work(self, *, run_id: str, reason: str, **_options: Any) -> None:
        run = get_run(run_id)
        cancel_run_for(run, permit=permit_cancel(Actor.of_command("cancel_run"), run.actor), reason=reason)
        line = facts_of_run(get_run(run_id))
        self.answer(line, run_words(line))
