"""A queue with a target of each engine, whose cable can be unplugged."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from django.utils import timezone
from pytest_django import Settings

from assemblies.execution.models import ExecutionEpoch
from assemblies.targets.administration import add_connection, create_target, permit_persistence
from assemblies.targets.assignment import assign
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.descriptor import MODELS, tables
from assemblies.targets.models import PersistenceConnection, State, Stream
from assemblies.targets.replicator import Replicator
from assemblies.targets.rows import rows_after
from assemblies.targets.sql.opening import open_target
from assemblies.targets.sql.tables import metadata
from assemblies.targets.status import persistence_status
from devmode.actor import Actor
from tests.execution.orders import EPOCH
from tests.patience import HANG_SECONDS
from tests.targets.servers import ENGINES, Cable, database_made, rows_in, server_of

COMMAND = Actor.of_command("test")


@dataclass
class Target:
    """A target that was added, with its cable."""

    connection: PersistenceConnection
    plug: Callable[[], None]
    unplug: Callable[[], None]

    def assign(self) -> None:
        assign(self.connection, permit=permit_persistence(COMMAND, TargetEvent.ASSIGN), now=timezone.now())

    def open(self) -> sa.Engine:
        return open_target(self.connection)

    def rows(self, name: str) -> list[dict[str, Any]]:
        engine = self.open()
        try:
            return rows_in(engine, metadata().tables[name])
        finally:
            engine.dispose()

    def execute(self, *statements: str) -> None:
        engine = self.open()
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def differences(self) -> list[str]:
        """Return which tables are not row by row what is here."""
        return [table.name for table in tables() if self.rows(table.name) != local_rows(table.name)]


def local_rows(name: str) -> list[dict[str, Any]]:
    """Return the rows here as the target ought to have them, in the order of its key."""
    table = next(table for table in tables() if table.name == name)
    rows, _end = rows_after(table, "", MODELS[name]._default_manager.count() + 1)
    texts = [column.name for column in table.columns if column.kind == "json"]
    for row in rows:
        row.update({one: canonical_text(row[one]) for one in texts})
        row.update({name: value.replace("\x00", "␀") for name, value in row.items() if isinstance(value, str)})
    return sorted(rows, key=lambda row: tuple(row[one] for one in table.key))


def canonical_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@pytest.fixture
def empty_queue(db: None, tmp_path: Path, settings: Settings) -> None:
    settings.RUNTIME_ROOT = tmp_path
    ExecutionEpoch.objects.update_or_create(id=1, defaults={"epoch": EPOCH})


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, empty_queue: None, tmp_path: Path) -> Iterator[Target]:
    yield from target_of(request.param, tmp_path)


@pytest.fixture
def sqlite_target(empty_queue: None, tmp_path: Path) -> Iterator[Target]:
    yield from target_of("sqlite", tmp_path)


def target_of(engine: str, folder: Path, name: str = "evidence") -> Iterator[Target]:
    if engine == "sqlite":
        place, away = folder / "Targets", folder / "Away"
        yield Target(added(name, "evidence", engine="sqlite"), lambda: back(away, place), lambda: take(place, away))
        return
    server = server_of(engine)
    cable = Cable(server.hostname or "", server.port or 0)
    cable.plug()
    with database_made(engine) as database:
        facts = {"host": "127.0.0.1", "port": cable.port, "user": server.username or ""}
        yield Target(added(name, database, engine=engine, **facts), cable.plug, cable.unplug)
        cable.unplug()


def take(place: Path, away: Path) -> None:
    """Take the folder away; what is there in its place has no database."""
    place.mkdir(exist_ok=True)
    place.rename(away)
    place.write_text("")


def back(away: Path, place: Path) -> None:
    place.unlink()
    away.rename(place)


def added(name: str, database: str, **facts: Any) -> PersistenceConnection:
    permit = permit_persistence(COMMAND, TargetEvent.CREATE)
    target = create_target({"name": name, **facts}, permit=permit, now=timezone.now())
    permit = permit_persistence(COMMAND, TargetEvent.CONNECT)
    return add_connection(target, database, permit=permit, now=timezone.now())


@pytest.fixture
def replicator() -> Iterator[Replicator]:
    made = Replicator()
    yield made
    made.close()


def catch_up(replicator: Replicator, *, probes: bool = False) -> None:
    """Copy until nothing is left or the target takes nothing.

    On PostgreSQL that waits for every transaction on the server, those of other tests too.
    """
    end = time.monotonic() + HANG_SECONDS
    while True:
        replicator.work(probes=probes)
        status = persistence_status()
        pending = sum(status[stream.value]["pending"] for stream in Stream)
        if status["state"] in {State.WAITING, State.ERROR} or (status["state"] == State.BOOTSTRAPPED and not pending):
            return
        assert time.monotonic() < end, status
        time.sleep(0.02)
