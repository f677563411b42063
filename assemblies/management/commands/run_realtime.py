"""`run_realtime`: the realtime server alone, alongside any web server."""

from django.conf import settings
from django.core.management.base import CommandError

from assemblies.management.companions.command import CompanionCommand
from assemblies.management.companions.table import REALTIME


class Command(CompanionCommand):
    help = (
        "Let devices wait for work, and programs follow events, at BOREALIS_REALTIME_PORT until SIGTERM or Ctrl-C. "
        "More than one may run, each on a machine or port of its own."
    )
    examples = """
        manage.py run_realtime
        BOREALIS_REALTIME_PORT=5002 manage.py run_realtime
    """
    companion = REALTIME

    def work(self, **options: object) -> None:
        if not settings.REALTIME_PORT:
            raise CommandError("BOREALIS_REALTIME_PORT is 0: the realtime server is off.", returncode=2)
        super().work(**options)

    def greeting(self) -> str:
        return f"Waiting for events at port {settings.REALTIME_PORT}"
