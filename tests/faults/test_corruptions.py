"""Planted corruptions, drawn at random: `verify_library` finds every one, and says so in JSON however sick a database is."""  # noqa: E501

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from assemblies.actions.add_note import add_note
from assemblies.actions.settings import set_setting
from assemblies.journal.flush import flush
from assemblies.management.preparation import prepare
from assemblies.models import SettingCategory
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.sqlite_files import find_sqlite_file
from tests.backup.mirrored_library import fill, on_sqlite
from tests.commands.calling import call
from tests.effort import TORTURE, effort, keep_figures
from tests.official.published_folder import guid
from tests.permits import may_note, may_set

pytestmark = [
    on_sqlite,
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.usefixtures("own_databases"),
]
PLANTS = effort(gate=40, torture=1000)
PAGE_BYTES = 4096
# Columns whose content the library checks, by another hand changed to something that fits them.
COLUMNS = {
    "default": [
        *(("assemblies_journalentry", name) for name in ("event_guid", "actor", "content", "previous_hash", "hash")),
        *(("devmode_auditentry", name) for name in ("actor", "detail", "subject_id", "previous_hash", "hash")),
        *(
            ("assemblies_assembly", name)
            for name in ("display_name", "summary", "content", "search_text", "folded_text")
        ),
        *(("assemblies_assembly", name) for name in ("payload_sha256", "content_hash", "updated_by", "category")),
        *(("assemblies_assemblysetting", name) for name in ("value", "key", "updated_by")),
        *(("assemblies_assemblysettinghistory", name) for name in ("value", "key", "updated_by")),
        *(("assemblies_assemblynote", name) for name in ("content", "note_type", "created_by")),
        ("assemblies_journalhead", "hash"),
    ],
    "user_created": [("assemblies_domainassembly", name) for name in ("display_name", "summary", "content")]
    + [("assemblies_watermark", "hash"), ("assemblies_watermark", "journal_id")],
}
FLAGS = ["is_script_flagged", "is_flagged"]
Plant = Callable[[random.Random, Path], str]


@pytest.fixture
def filled(library: PayloadStore, command: Actor, tmp_path: Path) -> Path:
    """A library with people, sessions, settings, their history and notes; returns the folder of its payloads."""
    prepare(actor=command)
    fill(library, command)
    Client().force_login(User.objects.create_user("vera"))
    for value in ("First.", "Second."):
        set_setting(guid(3), SettingCategory.DEPRECATED, "why", value, permit=may_set(command))
    add_note(guid(3), "Runs at night.", permit=may_note(command))
    flush()
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("VACUUM")
    return Path(library.storage.path(""))


def files() -> dict[str, Path]:
    return {alias: file for alias in connections if (file := find_sqlite_file(alias))}


@contextmanager
def undone(payloads: Path) -> Iterator[None]:
    """Put every file back afterwards, byte for byte."""
    close_all()
    kept = [*files().values(), *(path for path in payloads.rglob("*") if path.is_file())]
    contents = {path: path.read_bytes() for path in kept}
    try:
        yield
    finally:
        connections.close_all()
        for file in files().values():
            for companion in ("-wal", "-shm"):
                file.with_name(f"{file.name}{companion}").unlink(missing_ok=True)
        for path, content in contents.items():
            path.write_bytes(content)


def close_all() -> None:
    """Fold the -wal files in, so that the files are the whole of the databases."""
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()


def zero_a_page(draw: random.Random, _payloads: Path) -> str:
    alias, file = draw.choice(sorted(files().items()))
    page = 1 + draw.randrange(file.stat().st_size // PAGE_BYTES)
    zero(file, page)
    return f"page {page} of {alias} zeroed"


def zero(file: Path, page: int) -> None:
    """Write zeros over a page; SQLite counts from 1."""
    with file.open("r+b") as opened:
        opened.seek((page - 1) * PAGE_BYTES)
        opened.write(bytes(PAGE_BYTES))


def change_a_column(draw: random.Random, _payloads: Path) -> str:
    alias = draw.choice(sorted(COLUMNS))
    table, column = draw.choice(COLUMNS[alias])
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT rowid FROM {table}")  # noqa: S608
        [row] = draw.choice(cursor.fetchall())
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE rowid = %s", [f"by another hand {draw.random()}", row])  # noqa: S608
    close_all()
    return f"{column} of row {row} of {table} in {alias}"


def turn_a_flag(draw: random.Random, _payloads: Path) -> str:
    flag, of = draw.choice(FLAGS), guid(draw.randint(1, 3))
    with connections["default"].cursor() as cursor:
        cursor.execute(f"UPDATE assemblies_assembly SET {flag} = NOT {flag} WHERE guid = %s", [of])  # noqa: S608
    close_all()
    return f"{flag} of {of}"


def remove_a_row(draw: random.Random, _payloads: Path) -> str:
    tables = ["journalentry", "assembly", "assemblysetting", "assemblysettinghistory", "assemblynote", "journalhead"]
    table = f"assemblies_{draw.choice(tables)}"
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute(f"SELECT rowid FROM {table}")  # noqa: S608
        [row] = draw.choice(cursor.fetchall())
        cursor.execute(f"DELETE FROM {table} WHERE rowid = %s", [row])  # noqa: S608
    close_all()
    return f"row {row} of {table} removed"


def harm_a_payload(draw: random.Random, payloads: Path) -> str:
    file = draw.choice(sorted(payloads.rglob("payload")))
    content = bytearray(file.read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    file.write_bytes(draw.choice([bytes(content), bytes(content[:-1]), b""]))
    return f"payload {file.parent.name}"


KINDS: list[Plant] = [
    zero_a_page,
    zero_a_page,
    change_a_column,
    change_a_column,
    turn_a_flag,
    remove_a_row,
    harm_a_payload,
]


def test_no_page_of_the_audit_that_is_zeroed_keeps_it_from_answering(filled: Path) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'devmode_auditentry' AND rootpage > 0")
        pages = [row[0] for row in cursor.fetchall()]
    for page in pages:
        with undone(filled):
            zero(files()["default"], page)
            called = call("verify_library", "--json")
            assert (called.exit_code, bool(called.answer["findings"])) == (2, True), called.stdout


def test_every_planted_corruption_is_found(filled: Path) -> None:
    assert call("verify_library", "--json").answer["findings"] == []
    draw, missed = random.Random(None if TORTURE else 18), []
    for _number in range(PLANTS):
        with undone(filled):
            planted = draw.choice(KINDS)(draw, filled)
            called = call("verify_library", "--json")
            if called.exit_code != 2 or not called.answer["findings"]:
                missed.append((planted, called.stdout, called.stderr))
    keep_figures(planted=PLANTS, found=PLANTS - len(missed))
    assert missed == []
    assert call("verify_library", "--json").answer["findings"] == []
