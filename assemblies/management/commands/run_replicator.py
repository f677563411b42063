"""`run_replicator`: the copying to a persistence target alone, alongside any WSGI server."""

from assemblies.management.companions.command import CompanionCommand
from assemblies.management.companions.table import REPLICATOR


class Command(CompanionCommand):
    help = (
        "Copy what is run to the assigned persistence target, until SIGTERM or Ctrl-C. For deployments whose web "
        "server is not `serve`; more than one may run, and one at a time copies."
    )
    examples = """
        manage.py run_replicator
    """
    companion = REPLICATOR

    def greeting(self) -> str:
        return "Copying to the assigned persistence target"
