"""`persistence_probe`: see at once whether the target answers, and copy what is to be copied."""

from argparse import ArgumentParser
from typing import Any

from assemblies.management.command import LibraryCommand
from assemblies.targets.assignment import find_assignment
from assemblies.targets.errors import ConnectionNotLive, NothingAssigned
from assemblies.targets.sql.faults import TargetFault
from assemblies.targets.sql.opening import open_target, probe


class Command(LibraryCommand):
    help = "Open the assigned target, and say whether it answers. Nothing is written to it."
    examples = """
        manage.py persistence_probe
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        pass

    def work(self, **_options: Any) -> None:
        if (assignment := find_assignment()) is None:
            raise NothingAssigned
        try:
            engine = open_target(assignment.connection)
            probe(engine)
            engine.dispose()
        except TargetFault as error:
            raise ConnectionNotLive(code=error.fault.value) from error
        self.answer({"live": True}, [f"{assignment.connection.target}, {assignment.connection.database}: answers"])
