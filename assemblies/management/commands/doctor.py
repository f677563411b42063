"""`doctor`: what is wrong with this installation, in words, and the command that repairs it."""

from collections.abc import Iterator
from time import monotonic
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from assemblies.conf import flush_interval, payload_store
from assemblies.inspection.doctor import Diagnosis, Examined, examine
from assemblies.management.command import REFUSED, LibraryCommand


class Command(LibraryCommand):
    help = (
        "Say within seconds what is wrong with this installation, and the command that repairs it. Changes nothing; "
        "verify_library reads every byte. Exit code 2 when anything was found."
    )
    examples = """
        manage.py doctor
        manage.py doctor --json | jq -r '.findings[].remedy'
    """
    # What they find is among the findings: nothing keeps a doctor from looking.
    requires_system_checks = ()

    def work(self, **_options: Any) -> None:
        started = monotonic()
        found = examine(Examined(store=payload_store(), flush_interval=flush_interval(), now=timezone.now()))
        facts = {"findings": [diagnosis.json() for diagnosis in found]}
        self.answer(facts | {"elapsed_seconds": round(monotonic() - started, 3)}, _lines(found))
        if found:
            raise CommandError(f"{len(found)} finding{'' if len(found) == 1 else 's'}", returncode=REFUSED)


def _lines(found: list[Diagnosis]) -> Iterator[str]:
    for diagnosis in found:
        yield f"{diagnosis.subject}: {diagnosis.words}"
        yield f"    {diagnosis.remedy}"
    if not found:
        yield "Nothing is wrong. (verify_library reads every byte as well.)"
