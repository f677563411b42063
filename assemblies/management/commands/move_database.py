"""Copy one database of the library to another engine, verified row by row."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from time import monotonic
from typing import Any

import environ
from django.core.management.base import CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.utils import load_backend

from assemblies.backup.move import TARGET, copy_rows, give_up, require_empty, require_unused
from assemblies.databases import BY_ALIAS, REPLICAS
from assemblies.errors import MoveRefused
from assemblies.management.command import LibraryCommand
from assemblies.management.place import prepared_alone
from assemblies.management.schema import migrate, missing_migrations

ENGINES = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}
PLACE = ("ENGINE", "HOST", "PORT", "NAME")
UNREADABLE = "URL cannot be read: use for example postgres://user@host:5432/name or sqlite:////folder/file."


class Command(LibraryCommand):
    help = (
        "Copy the database ALIAS to the empty database at URL, from SQLite to PostgreSQL or back: every row is "
        "compared afterwards, and all of them are there or none. A domain's database is "
        "copied while the library is served; for default and execution nothing may be running, since what is written "
        "after the copy would be left behind; those refuse changes in their old place from then on. Exit code 2 when "
        "it was refused."
    )
    examples = """
        manage.py move_database official postgres://borealis@db.example:5432/borealis_official
        manage.py move_database default postgres://borealis@db.example:5432/borealis     the password from ~/.pgpass
        manage.py move_database default sqlite:////srv/borealis/var/engine.db --json
        manage.py move_database default --give-up      stay with the database in use, which was moved
    """

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("alias", metavar="ALIAS", choices=sorted(BY_ALIAS), help=f"{', '.join(sorted(BY_ALIAS))}.")
        parser.add_argument(
            "url",
            metavar="URL",
            nargs="?",
            default="",
            help="An empty database: postgres://… or sqlite:////folder/file.",
        )
        parser.add_argument(
            "--give-up",
            action="store_true",
            help="Let ALIAS be written in its old place again; what was copied elsewhere is not used.",
        )

    def work(self, *, alias: str, url: str, **options: Any) -> None:
        if options["give_up"]:
            give_up(alias)
            self.answer({"alias": alias}, [f"{alias} is written in its place again."])
        else:
            self.move(alias, url)

    def move(self, alias: str, url: str) -> None:
        started = monotonic()
        target = target_settings(alias, url)
        with prepared_alone():
            self._require_prepared(alias)
            require_unused(alias)
            with refusing(), standing_in(alias, target):
                migrate(alias)
            with registered(target), self.tracking() as track:
                require_empty(alias)
                rows = copy_rows(alias, track=track)
        facts = {"alias": alias, "rows": sum(rows.values()), "tables": rows}
        self.answer(facts | {"elapsed_seconds": round(monotonic() - started, 3)}, _lines(alias, rows))

    def _require_prepared(self, alias: str) -> None:
        if missing_migrations(alias):
            raise MoveRefused(
                f"The {alias} database has the schema of an earlier version: run `manage.py prepare` first."
            )


def target_settings(alias: str, url: str) -> dict[str, Any]:
    """Return the settings of the database at `url`. Raises MoveRefused when it is none, or the one in use."""
    try:
        settings = environ.Env.db_url_config(url) if "://" in url else {}
    except ValueError:
        settings = {}
    if settings.get("ENGINE") not in ENGINES or settings.get("NAME") in {"", ":memory:", None}:
        raise MoveRefused(UNREADABLE)
    complete: dict[str, Any] = connections.configure_settings({DEFAULT_DB_ALIAS: settings})[DEFAULT_DB_ALIAS]
    if _place(complete) == _place(connections[alias].settings_dict):
        raise MoveRefused(f"The {alias} database is there already; nothing was changed.")
    return complete


def _place(settings: dict[str, Any]) -> list[str]:
    return [str(settings[part]) for part in PLACE]


@contextmanager
def standing_in(alias: str, target: dict[str, Any]) -> Iterator[None]:
    """Put the target in the place of `alias`, so that it is migrated as that is."""
    source = connections[alias]
    wrapper = load_backend(target["ENGINE"]).DatabaseWrapper(target, alias)
    connections[alias] = wrapper
    try:
        with closing(wrapper):
            yield
    finally:
        connections[alias] = source


@contextmanager
def registered(target: dict[str, Any]) -> Iterator[None]:
    """Let queries name the target."""
    connections.settings[TARGET] = target
    try:
        with closing(connections[TARGET]):
            yield
    finally:
        del connections.settings[TARGET]


@contextmanager
def refusing() -> Iterator[None]:
    """Say with the exit code of a refusal that the target is not ours to fill, or cannot be reached."""
    try:
        yield
    except CommandError as error:
        raise MoveRefused(f"The target was not taken. {error}") from error


def _lines(alias: str, rows: dict[str, int]) -> Iterator[str]:
    yield f"{alias}: {sum(rows.values())} rows of {len(rows)} tables, each compared"
    yield f"Now set BOREALIS_{BY_ALIAS[alias].url_setting} to that URL for every process and start them again."
    if alias in REPLICAS:
        yield "What was flushed to the old database meanwhile is applied to the new one by the next flush."
    else:
        yield f"The old database refuses every change from now on (`move_database {alias} --give-up` ends that)."
