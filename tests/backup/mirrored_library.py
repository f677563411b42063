"""A small library for the tests of mirrors: assemblies in every domain, one change of which is not flushed yet."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.backup.mirror import MirrorReport, mirror
from assemblies.documents import Attachment
from assemblies.domains import Domain
from assemblies.durable_files import sha256_of
from assemblies.journal.flush import flush
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.sqlite_files import find_sqlite_file
from tests.documents_made import script
from tests.official.published_folder import guid
from tests.permits import may_create, may_update

on_sqlite = pytest.mark.sqlite("only SQLite databases are mirrored")


def fill(store: PayloadStore, actor: Actor) -> None:
    for number, domain in enumerate(Domain, start=1):
        attached = [Attachment("a.txt", "text/plain", b"attached %d" % number, {})]
        made = script(f"Number {number}", b"echo %d" % number, guid=guid(number), files=attached)
        create(made, domain=domain, permit=may_create(actor), store=store)
    flush()
    update(guid(3), {"summary": "Mirrored."}, payload=b"echo mirrored", permit=may_update(actor), store=store)


def make_mirror(folder: Path, store: PayloadStore) -> MirrorReport:
    return mirror(folder, store=store, now=timezone.now())


def summary() -> str:
    return Assembly.objects.get(guid=guid(3)).summary


def payload_of(number: int, store: PayloadStore) -> Path:
    """Return the file of an assembly's script."""
    payload_guid = Assembly.objects.get(guid=guid(number)).payload_guid
    return Path(store.storage.path(payload_guid)) / "payload"


def database(alias: str) -> Path:
    path = find_sqlite_file(alias)
    assert path is not None
    return path


def alter(mirror: Path, name: str, statement: str) -> None:
    """Change a database of a mirror, and its manifest with it."""
    with closing(sqlite3.connect(mirror / name)) as connection, connection:
        connection.execute(statement)
    manifest = json.loads((mirror / "manifest.json").read_text())
    facts = manifest["files"][name]
    facts["sha256"] = sha256_of(mirror / name)
    facts["size_bytes"] = (mirror / name).stat().st_size
    (mirror / "manifest.json").write_text(json.dumps(manifest))
