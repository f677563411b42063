"""`flush_worker`: the flusher alone, for use with any WSGI server."""

from assemblies.conf import flush_interval
from assemblies.management.companions.command import CompanionCommand
from assemblies.management.companions.table import FLUSHER


class Command(CompanionCommand):
    help = (
        "Write due changes to their domain databases until SIGTERM or Ctrl-C, then flush everything once more. "
        "For deployments whose web server is not `serve`; more than one may run."
    )
    examples = """
        manage.py flush_worker
        BOREALIS_FLUSH_INTERVAL_SECONDS=5 manage.py flush_worker
    """
    companion = FLUSHER

    def greeting(self) -> str:
        return f"Flushing what is {flush_interval().seconds} seconds old"
