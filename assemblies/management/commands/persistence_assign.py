"""`persistence_assign`: choose the database that gets a copy of what was run."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from assemblies.management.command import LibraryCommand
from assemblies.targets import administration
from assemblies.targets.administration import permit_persistence
from assemblies.targets.assignment import assign, clear
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.models import Engine, PersistenceConnection, PersistenceTarget
from assemblies.targets.status import persistence_status
from devmode.actor import Actor

ACTOR = Actor.of_command("persistence_assign")


class Command(LibraryCommand):
    help = (
        "Choose the database that gets a copy of the queue and of the manifests, or none. A target and a connection "
        "that are not there yet are added."
    )
    examples = """
        manage.py persistence_assign evidence --engine sqlite --database evidence
        manage.py persistence_assign warehouse --engine postgresql --host db.example.org --user borealis \\
            --secret-ref BOREALIS_TARGET_SECRET_WAREHOUSE --database evidence
        manage.py persistence_assign --connection 3
        manage.py persistence_assign --clear
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="The name of the target.")
        parser.add_argument("--database", help="The database, or for SQLite the name of a file.")
        parser.add_argument("--connection", type=int, metavar="ID", help="A connection that is there.")
        parser.add_argument("--clear", action="store_true", help="Copy to no database any more.")
        parser.add_argument("--engine", choices=Engine.values, help="What the target speaks.")
        parser.add_argument("--host", default="", help="Name or address of the server.")
        parser.add_argument("--port", type=int, help="Its port, if not the usual one.")
        parser.add_argument("--user", default="", help="The account of the database.")
        parser.add_argument(
            "--secret-ref", default="", metavar="NAME", help="The environment variable that has the password."
        )

    def work(self, *, connection: int | None, name: str | None, database: str | None, **options: Any) -> None:
        now = timezone.now()
        if options["clear"]:
            dropped = clear(permit=permit_persistence(ACTOR, TargetEvent.CLEAR), now=now)
            self.answer(
                persistence_status() | {"dropped": dropped},
                [f"Nothing is copied any more. Changes that were not copied: {dropped}."],
            )
            return
        if connection is not None:
            chosen = administration.get_connection(connection)
        elif name and database:
            chosen = _connection(name, database, options)
        else:
            raise CommandError("Name a target and its --database, or a --connection, or --clear.")
        assign(chosen, permit=permit_persistence(ACTOR, TargetEvent.ASSIGN), now=now)
        self.answer(persistence_status(), [f"What is run is copied to {chosen.target}, {chosen.database}."])


def _connection(name: str, database: str, options: dict[str, Any]) -> PersistenceConnection:
    """Return the connection, added if it is not there."""
    target = PersistenceTarget.objects.filter(name=name).first() or _added(name, options)
    found = PersistenceConnection.objects.select_related("target").filter(target=target, database=database).first()
    permit = permit_persistence(ACTOR, TargetEvent.CONNECT)
    return found or administration.add_connection(target, database, permit=permit, now=timezone.now())


def _added(name: str, options: dict[str, Any]) -> PersistenceTarget:
    if options["engine"] is None:
        raise CommandError(f"There is no target {name}; say its --engine to add it.")
    facts = {field: options[field] for field in ("engine", "host", "port", "user", "secret_ref")}
    permit = permit_persistence(ACTOR, TargetEvent.CREATE)
    return administration.create_target({"name": name, **facts}, permit=permit, now=timezone.now())
