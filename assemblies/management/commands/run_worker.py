"""`run_worker`: the built-in worker alone, alongside any WSGI server."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from assemblies.conf import payload_store
from assemblies.execution.worker.worker import Worker
from assemblies.management.companions.command import CompanionCommand
from assemblies.management.companions.table import WORKER
from assemblies.management.preparation import check_prepared


class Command(CompanionCommand):
    help = (
        "Run what is queued for this server until SIGTERM or Ctrl-C. More than one may run, here and on other machines "
        "with the same databases and payloads."
    )
    examples = """
        manage.py run_worker
        manage.py run_worker --once      everything that is queued now, then end
    """
    companion = WORKER

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Run what is queued, then end.")

    def work(self, **options: Any) -> None:
        if not options["once"]:
            super().work(**options)
            return
        check_prepared()
        count = Worker(concurrency=settings.WORKER_CONCURRENCY, store=payload_store()).run_once()
        self.stdout.write(f"Carried out: {count}")

    def greeting(self) -> str:
        return "Running what is queued for this server"
