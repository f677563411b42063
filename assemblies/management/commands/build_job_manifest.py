"""`build_job_manifest`: what the next occurrence of a job would pin, without running anything."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone

from assemblies.actions.permit import Permit
from assemblies.audit_events import LibraryEvent
from assemblies.conf import payload_store
from assemblies.execution.manifests import freeze
from assemblies.execution.submission import examine
from assemblies.fleet.targets import remaining_devices
from assemblies.management.command import LibraryCommand
from assemblies.management.runs import ALL
from assemblies.permissions import Verb
from assemblies.schedules.jobs import get_job
from assemblies.schedules.models import Occurrence
from assemblies.schedules.occurring import submissions_of
from assemblies.schedules.reading import job_lines
from devmode.actor import Actor


class Command(LibraryCommand):
    help = (
        "Print what the next occurrence of a job would pin: a manifest for each component. Nothing is run or changed."
    )
    examples = """
        manage.py build_job_manifest 3
        manage.py build_job_manifest 3 --json
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int, help="The job's id.")

    def work(self, *, id: int, **_options: Any) -> None:  # noqa: A002 -- the argument's name on the command line
        job = get_job(id)
        permit = Permit(actor=Actor.of_command("build_job_manifest"), event=LibraryEvent.RUN, verb=Verb.RUN)
        row = Occurrence(job=job, scheduled_at=job.next_at or timezone.now(), targets=job.targets)
        resolver = remaining_devices()
        submissions = submissions_of(row, payload_store(), resolver)
        manifests = [_manifest(examine(one, permit, resolver).frozen) for one in submissions]
        [line] = job_lines([job], ALL)
        facts = {"job": line, "scheduled_at": row.scheduled_at, "is_due": bool(job.next_at), "manifests": manifests}
        self.answer(facts, _words(facts))


def _manifest(frozen: Mapping[str, Any]) -> dict[str, Any]:
    _digest, text = freeze(dict(frozen))
    facts: dict[str, Any] = json.loads(text)
    return facts


def _words(facts: Mapping[str, Any]) -> Iterator[str]:
    yield f"{facts['job']['name']}: {facts['scheduled_at']:%Y-%m-%d %H:%M:%S} UTC"
    for manifest in facts["manifests"]:
        yield json.dumps(manifest, ensure_ascii=False, indent=2)
