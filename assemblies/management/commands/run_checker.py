"""`run_checker`: the checks of scripts alone, for use with any WSGI server."""

from assemblies.management.companions.command import CompanionCommand
from assemblies.management.companions.table import CHECKER


class Command(CompanionCommand):
    help = (
        "Check scripts soon after they were saved, imported or synchronised, until SIGTERM or Ctrl-C, and keep what is "
        "found. For deployments whose web server is not `serve`; more than one may run."
    )
    examples = """
        manage.py run_checker
    """
    companion = CHECKER

    def greeting(self) -> str:
        return "Checking what is new"
