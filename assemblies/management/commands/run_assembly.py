"""`run_assembly`: queue an assembly to be run on this server, and watch it."""

import math
import sys
import time
from argparse import ArgumentParser
from typing import Any
from uuid import uuid4

from django.core.management.base import CommandError

from assemblies.actions.permit import get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.execution.local import SERVER
from assemblies.execution.models import Run, RunOutput, WorkItemAttempt
from assemblies.execution.printed import output_after
from assemblies.execution.reading import get_run
from assemblies.execution.states import Status
from assemblies.execution.subject import subject_of_assembly
from assemblies.execution.submission import RunOptions, submit
from assemblies.execution.targets import places_of
from assemblies.fleet.targets import resolve_target
from assemblies.management.command import LibraryCommand
from assemblies.management.runs import facts_of_run, print_output, read_variables, run_words
from assemblies.management.tables import printable
from assemblies.permissions import Verb
from assemblies.web.deprecations import find_deprecated
from assemblies.web.lookups import get_entry
from devmode.actor import Actor

POLL_SECONDS = 0.1
# Longer than a worker that is there takes to begin.
SECONDS_UNTIL_TOLD = 3.0
FAILED = 1


class Command(LibraryCommand):
    help = (
        "Queue an assembly to be run on this server or on devices. With --follow: print what it prints and end with "
        "its exit code. `serve` carries it out, or `run_worker`, or the agents of the devices."
    )
    examples = """
        manage.py run_assembly 5f2b… --follow
        manage.py run_assembly 5f2b… --variable retries=3 --variable "title=Good morning" --follow
        manage.py run_assembly 5f2b… --target group:web --json
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("guid", help="The assembly's GUID, or another name registered for it.")
        parser.add_argument(
            "--variable", action="append", default=[], metavar="NAME=VALUE", help="A value for one of its variables."
        )
        parser.add_argument(
            "--target",
            action="append",
            metavar="TARGET",
            help="Where to run it: server (default), a device's GUID, group:NAME or tag:NAME.",
        )
        parser.add_argument(
            "--confirm", type=int, metavar="N", help="How many devices that is, where it is more than 25."
        )
        parser.add_argument("--revision", type=int, metavar="N", help="An older revision instead of the newest.")
        parser.add_argument("--timeout", type=int, metavar="SECONDS", help="How long it may take.")
        parser.add_argument("--reason", default="", help="Why it is run, for the record.")
        parser.add_argument("--follow", action="store_true", help="Print its output and end with its exit code.")

    def work(self, *, guid: str, follow: bool, **options: Any) -> None:
        run = self.submit(guid, **options)
        if follow:
            self.follow(run)
        line = facts_of_run(get_run(run.run_id))
        self.answer(line, () if follow else run_words(line))
        if follow and line["status"] != Status.COMPLETED:
            raise CommandError(_words_of(line), returncode=_exit_code_of(run))

    def submit(self, guid: str, **options: Any) -> Run:
        actor = Actor.of_command("run_assembly")
        targets = options["target"] or [SERVER]
        permit = get_permit(actor, LibraryEvent.RUN, *places_of(targets), verb=Verb.RUN)
        entry = get_entry(guid)
        subject = subject_of_assembly(entry.guid, options["revision"], store=payload_store())
        self.warn([entry.guid, *(part.assembly_guid for _node, part in subject.nodes)])
        if options["timeout"] is not None and options["timeout"] < 1:
            raise CommandError("--timeout is at least 1 second.")
        choices = RunOptions(
            variables=read_variables(options["variable"]),
            targets=targets,
            confirm_count=options["confirm"],
            timeout_seconds=options["timeout"],
            reason=options["reason"],
        )
        return submit(subject, choices, permit=permit, run_id=str(uuid4()), resolver=resolve_target)

    def warn(self, guids: list[str]) -> None:
        """Name the deprecated ones of what is to be run: the assembly itself, and those that a workflow runs."""
        for one in find_deprecated(guids):
            what = "it" if one.entry.guid == guids[0] else printable(one.entry.content.display_name)
            instead = f" Run {one.successor.guid} instead." if one.successor else ""
            self.stderr.write(f"Warning: {what} is deprecated. {printable(one.reason)}{instead}")

    def follow(self, run: Run) -> None:
        """Print output as it comes until the run has ended; with --json, wait only."""
        position, is_complete, told_at = 0, False, time.monotonic() + SECONDS_UNTIL_TOLD
        while not is_complete:
            part = output_after(run, position)
            position, is_complete = part.next, part.is_complete
            for chunk in () if self.as_json else part.chunks:
                self._print(chunk)
            if not (part.chunks or is_complete):
                time.sleep(POLL_SECONDS)
            if time.monotonic() > told_at:
                told_at = math.inf
                self._tell_if_waiting(run)

    def _tell_if_waiting(self, run: Run) -> None:
        line = facts_of_run(get_run(run.run_id))
        if line["status"] == Status.QUEUED:
            waits = next((item["waiting_for"] for item in line["items"] if item["waiting_for"]), "")
            what = f"It waits for {waits}" if waits else "No worker or agent has begun it yet"
            self.stderr.write(
                f"{what}: `serve`, `run_worker` or the device's agent carries it out. Ctrl-C leaves it in the queue; "
                f"manage.py cancel_run {run.run_id} takes it out."
            )

    def _print(self, chunk: RunOutput) -> None:
        stream = sys.stderr if chunk.stream == "stderr" else sys.stdout
        print_output(bytes(chunk.content), stream)
        stream.flush()


def _words_of(line: dict[str, Any]) -> str:
    errors = [item["last_error"] for item in line["items"] if item["last_error"]]
    return f"The run {line['run_id']} ended as {line['status']}: {errors[0] if errors else 'see show_run.'}"


def _exit_code_of(run: Run) -> int:
    """Return the exit code of the script that failed, or 1 where it had none."""
    codes = (
        WorkItemAttempt.objects.filter(run_id=run.run_id).order_by("attempt_number").values_list("exit_code", flat=True)
    )
    return next((code for code in reversed(list(codes)) if code), FAILED)
