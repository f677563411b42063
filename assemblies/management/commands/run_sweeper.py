"""`run_sweeper`: the sweeper alone, for use with any WSGI server."""

from assemblies.management.companions.command import CompanionCommand
from assemblies.management.companions.table import SWEEPER


class Command(CompanionCommand):
    help = (
        "Remove, every hour until SIGTERM or Ctrl-C, payloads that crashed writes left and no revision names. "
        "For deployments whose web server is not `serve`; more than one may run."
    )
    examples = """
        manage.py run_sweeper
    """
    companion = SWEEPER

    def greeting(self) -> str:
        return "Sweeping every hour"
