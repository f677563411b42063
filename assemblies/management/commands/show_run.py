"""`show_run`: one run, its events and, if wanted, what it printed."""

import sys
from argparse import ArgumentParser
from typing import Any

from assemblies.execution.printed import raw_output
from assemblies.execution.reading import get_run, timeline_of
from assemblies.management.command import LibraryCommand
from assemblies.management.runs import facts_of_run, print_output, run_words


class Command(LibraryCommand):
    help = "Show a run with what happened to it."
    examples = """
        manage.py show_run 0d6c…
        manage.py show_run 0d6c… --output
        manage.py show_run 0d6c… --json
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run_id", help="The run's GUID; list_runs shows them.")
        parser.add_argument("--output", action="store_true", help="Print what it printed and nothing else.")

    def work(self, *, run_id: str, output: bool, **_options: Any) -> None:
        run = get_run(run_id)
        if output and not self.as_json:
            contents, _end, dropped = raw_output(run)
            self.print_output(contents, dropped)
            return
        line, timeline = facts_of_run(run), timeline_of(run)
        moments = [
            f"  {one['seconds']:9.3f} s  {one['event_type']:16} {one['from_status']} → {one['to_status']}"
            for one in timeline
        ]
        self.answer(line | {"timeline": timeline}, [*run_words(line), "Events", *moments])

    def print_output(self, contents: Any, dropped: int) -> None:
        for content in contents:
            print_output(content, sys.stdout)
        sys.stdout.flush()
        if dropped:
            self.stderr.write(f"{dropped} bytes between the beginning and the end were not kept.")
