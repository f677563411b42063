"""`persistence_probe`: see at once whether the target answers."""

from typing import Any

from assemblies.management.command import LibraryCommand
from assemblies.targets.assignment import get_assignment
from assemblies.targets.schema import answering


class Command(LibraryCommand):
    help = "Open the assigned target, and say whether it answers. Nothing is written to it."
    examples = """
        manage.py persistence_probe
    """

    def work(self, **_options: Any) -> None:
        connection = get_assignment().connection
        with answering(connection):
            self.answer({"live": True}, [f"{connection.target}, {connection.database}: answers"])
