"""One bench for both profiles: put rows down, run the command, look at what is there."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from django.apps import apps
from django.db import connection

from assemblies.actions.change import Change
from assemblies.actions.commit import commit
from assemblies.actions.contents import content_of, stamped
from assemblies.actions.permit import Permit
from assemblies.actions.staging import Staging
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain, Operation
from assemblies.models import Assembly, AssemblyNote, AssemblySetting, Content, Lineage
from assemblies.payloads import PayloadStore
from assemblies.rekeying.words import ATOCORE, CATALOGUE, Words
from assemblies.revisions.document import search_text_of
from devmode.actor import Actor
from tests.commands.calling import Called, call
from tests.documents_made import script

OLD, NEW, NEWER = "2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00"
Said = tuple[str, str, str, str, str]


class Bench(Protocol):
    """What a test of the migration may do, whatever the store."""

    words: Words
    is_file: bool

    def register(self, *entries: dict[str, Any]) -> None: ...
    def parent(self, name: str) -> Any: ...
    def state(self, name: str, value: str, status: str = "active", at: str = NEW, key: str = "k") -> None: ...
    def note(self, name: str, content: str = "n", at: str = NEW, status: str = "active") -> None: ...
    def reference(self, name: str) -> None: ...
    def run(self, *options: str) -> Called: ...
    def parents(self) -> list[str]: ...
    def states(self) -> list[Said]: ...
    def notes(self) -> list[tuple[str, str, str]]: ...
    def references(self) -> list[str]: ...
    def dump(self) -> Any: ...


class Reports:
    """Where a bench keeps its registry and its reports."""

    words: Words

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.registry = folder / "registry.json"
        self.reports = folder / "reports"
        self.register()

    def register(self, *entries: dict[str, Any]) -> None:
        self.registry.write_text(json.dumps({self.words.parents: list(entries)}))

    def options(self) -> list[str]:
        return ["--profile", self.words.profile, "--registry", str(self.registry), "--report-dir", str(self.reports)]

    def run(self, *options: str) -> Called:
        return call("migrate_legacy_aliases", *self.options(), *options)

    def key(self, name: str) -> str:
        """Return a JSON key of the atocore profile in this bench's words."""
        words = self.words
        for theirs, ours in (
            ("projects", words.parents),
            ("project_id", f"{words.parent}_id"),
            ("state", words.state),
            ("memory", words.note),
            ("interaction", words.reference),
        ):
            name = name.replace(theirs, ours)
        return name


class AtocoreBench(Reports):
    """A file of the shape AtoCore writes, with columns of its own in addition."""

    words = ATOCORE
    is_file = True

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.path = folder / "atocore.db"
        self.execute(
            """
            CREATE TABLE projects (
                id TEXT PRIMARY KEY, name TEXT, description TEXT, colour TEXT NOT NULL DEFAULT 'red');
            CREATE TABLE project_state (
                id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
                category TEXT NOT NULL, key TEXT NOT NULL, value TEXT, status TEXT, updated_at TEXT, source TEXT,
                UNIQUE (project_id, category, key));
            CREATE TABLE memories (id INTEGER PRIMARY KEY, memory_type TEXT, content TEXT, project TEXT, status TEXT,
                updated_at TEXT, confidence REAL DEFAULT 0.5);
            CREATE TABLE interactions (id INTEGER PRIMARY KEY, project TEXT, response TEXT DEFAULT '{"a": 1.0}');
            """
        )

    def options(self) -> list[str]:
        return [*super().options(), "--db", str(self.path)]

    def execute(self, script: str) -> None:
        with closing(self.connect()) as connection:
            connection.executescript(f"PRAGMA foreign_keys = ON; {script}")

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path)

    def _put(self, statement: str, *values: Any) -> None:
        with closing(self.connect()) as connection, connection:
            connection.execute(statement, values)

    def _all(self, statement: str) -> list[Any]:
        with closing(self.connect()) as connection:
            return connection.execute(statement).fetchall()

    def parent(self, name: str) -> str:
        found = self._all(f"SELECT id FROM projects WHERE name = '{name}'")  # noqa: S608
        if found:
            return str(found[0][0])
        [(known,)] = self._all("SELECT count(*) FROM projects")
        row_id = f"row-{known}"
        self._put("INSERT INTO projects (id, name, description) VALUES (?, ?, ?)", row_id, name, f"About {name}")
        return row_id

    def state(self, name: str, value: str, status: str = "active", at: str = NEW, key: str = "k") -> None:
        parent = self.parent(name)
        self._put(
            "INSERT INTO project_state VALUES (?, ?, 'c', ?, ?, ?, ?, 'hand')",
            f"{parent}/{key}", parent, key, value, status, at,
        )  # fmt: skip

    def note(self, name: str, content: str = "n", at: str = NEW, status: str = "active") -> None:
        self._put(
            "INSERT INTO memories (memory_type, content, project, status, updated_at) VALUES ('fact', ?, ?, ?, ?)",
            content, name, status, at,
        )  # fmt: skip

    def reference(self, name: str) -> None:
        self._put("INSERT INTO interactions (project) VALUES (?)", name)

    def parents(self) -> list[str]:
        return sorted(name for (name,) in self._all("SELECT name FROM projects"))

    def states(self) -> list[Said]:
        return sorted(
            self._all(
                "SELECT p.name, s.category, s.key, s.value, s.status FROM project_state s "
                "JOIN projects p ON p.id = s.project_id"
            )
        )

    def notes(self) -> list[tuple[str, str, str]]:
        return sorted(self._all("SELECT project, content, status FROM memories"))

    def references(self) -> list[str]:
        return sorted(name for (name,) in self._all("SELECT project FROM interactions"))

    def dump(self) -> Any:
        tables = [name for (name,) in self._all("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: _rows(self._all(f'SELECT * FROM "{name}"')) for name in tables}  # noqa: S608


class CatalogueBench(Reports):
    """The library."""

    words = CATALOGUE

    def __init__(self, folder: Path, store: PayloadStore) -> None:
        super().__init__(folder)
        self.store = store
        self.actor = Actor.of_command("bench")

    @property
    def is_file(self) -> bool:
        """Whether an apply can back it up; what is on a server has a backup of its own kind."""
        return connection.vendor == "sqlite"

    def options(self) -> list[str]:
        return [*super().options(), *([] if self.is_file else ["--no-backup"])]

    def parent(self, name: str, domain: Domain = Domain.USER, cloned_from: str | None = None) -> str:
        """Put down an assembly under any name, as a domain database of old may have had it."""
        if not Assembly.objects.live().filter(guid=name).exists():
            self.put(name, domain, self.content(name, domain, cloned_from))
        return name

    def content(self, name: str, domain: Domain = Domain.USER, cloned_from: str | None = None) -> Content:
        content = content_of(script(f"About {name}", payload=f"echo {name}\n".encode()), Staging(self.store))
        content = stamped(content, None, actor_name="bench", now=datetime(2026, 1, 1, tzinfo=UTC))
        if cloned_from is None:
            return content
        facts = vars(content) | {
            "cloned_from": Lineage(
                assembly_guid=cloned_from, domain=str(domain), revision=1, content_hash=content.content_hash
            )
        }
        return Content(**facts)

    def put(self, name: str, domain: Domain, content: Content | None) -> None:
        text = search_text_of(content, self.store.read(content.payload)) if content else None
        change = Change(
            guid=name, domain=domain, operation=Operation.ADOPT, rewrite=lambda row, now: content, search_text=text
        )
        commit([change], permit=Permit(actor=self.actor, event=LibraryEvent.ADOPT))

    def state(
        self, name: str, value: str, status: str = "active", at: str = NEW, key: str = "k", category: str = "c"
    ) -> None:
        AssemblySetting.objects.create(
            assembly_id=self.parent(name),
            category=category,
            key=key,
            value=json.dumps(value),
            status=status,
            updated_at=datetime.fromisoformat(at),
            updated_by="bench",
        )

    def note(self, name: str, content: str = "n", at: str = NEW, status: str = "active") -> None:
        time = datetime.fromisoformat(at)
        AssemblyNote.objects.create(
            assembly_guid=name,
            content=content,
            status=status,
            created_at=time,
            created_by="bench",
            updated_at=time,
        )

    def reference(self, name: str) -> None:
        number = Assembly.objects.count()
        self.parent(f"{number:032x}", cloned_from=name)

    def parents(self) -> list[str]:
        return sorted(Assembly.objects.live().values_list("guid", flat=True))

    def states(self) -> list[Said]:
        rows = AssemblySetting.objects.values_list("assembly_id", "category", "key", "value", "status")
        return sorted((guid, category, key, json.loads(value), status) for guid, category, key, value, status in rows)

    def notes(self) -> list[tuple[str, str, str]]:
        return sorted(AssemblyNote.objects.values_list("assembly_guid", "content", "status"))

    def references(self) -> list[str]:
        lineages = (row.read_content().cloned_from for row in Assembly.objects.live())
        return sorted(lineage.assembly_guid for lineage in lineages if lineage)

    def dump(self) -> Any:
        return {model.__name__: _rows(model.objects.values_list()) for model in _models() if model._meta.managed}


def _models() -> Iterable[Any]:
    replicas = {"DomainAssembly", "Watermark"}
    for label in ("assemblies", "devmode"):
        for model in apps.get_app_config(label).get_models():
            if model.__name__ not in replicas and not model._meta.proxy:
                yield model


def _rows(rows: Iterable[Any]) -> list[str]:
    return sorted(map(repr, rows))
