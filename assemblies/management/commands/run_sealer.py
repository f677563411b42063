"""`run_sealer`: the keeping of evidence alone, alongside any WSGI server."""

from assemblies.management.companions.command import CompanionCommand
from assemblies.management.companions.table import EVIDENCE


class Command(CompanionCommand):
    help = (
        "Tell the audit every ten seconds, until SIGTERM or Ctrl-C, what became of runs that ended. "
        "For deployments whose web server is not `serve`; more than one may run."
    )
    examples = """
        manage.py run_sealer
    """
    companion = EVIDENCE

    def greeting(self) -> str:
        return "Sealing runs that ended"
