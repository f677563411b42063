"""docs/operations.md says what repairs each finding: every row of its table is carried out on the planted damage.

Repairs in place lose nothing that was written since the mirror; only what the journal itself lost comes from a mirror.
"""

import gc
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from assemblies.actions.add_note import add_note
from assemblies.actions.update import update
from assemblies.admin.health.verify import ADVICE
from assemblies.journal.flush import flush
from assemblies.management.preparation import prepare
from assemblies.models import Assembly, AssemblyNote, DomainState, JournalEntry, UserCreatedAssembly, Watermark
from assemblies.payloads import PayloadStore
from assemblies.payloads.marker import MARKER
from devmode.actor import Actor
from devmode.models import AuditEntry
from devmode.sqlite_files import find_sqlite_file
from tests.backup.mirrored_library import fill, make_mirror, on_sqlite, payload_of, summary
from tests.commands.calling import call
from tests.official.published_folder import guid
from tests.permits import may_note, may_update

pytestmark = [
    on_sqlite,
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.usefixtures("own_databases"),
]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| (.*?) \| (kept|as mirrored) \|$", re.MULTILINE)
COMMAND = re.compile(r"`manage\.py ([^`]+)`")
PAGE_BYTES = 4096
Plant = Callable[[PayloadStore], object]


def table() -> dict[str, tuple[list[str], str]]:
    """Return, by finding, the commands that repair it and what becomes of later writes."""
    rows = ROW.findall(PAGE.read_text())
    return {kind: (COMMAND.findall(way), later) for kinds, way, later in rows for kind in re.findall(r"`(\w+)`", kinds)}


def zero_a_page(alias: str, name: str) -> None:
    """Overwrite the first page of a table or an index, as a disk does that forgot it."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT rootpage FROM sqlite_master WHERE name = %s", [name])
        [page] = cursor.fetchone()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()
    with file_of(alias).open("r+b") as file:
        file.seek((page - 1) * PAGE_BYTES)
        file.write(bytes(PAGE_BYTES))


def file_of(alias: str) -> Path:
    file = find_sqlite_file(alias)
    assert file is not None
    return file


def lose_a_domain_database(_store: PayloadStore) -> None:
    zero_a_page("user_created", "assemblies_domainassembly")


def change_the_working_copy(_store: PayloadStore) -> None:
    Assembly.objects.filter(guid=guid(1)).update(summary="By another hand.")
    Assembly.objects.filter(guid=guid(2)).update(search_text="", is_flagged=True)
    Assembly.objects.filter(guid=guid(3)).delete()


PLANTS: dict[str, Plant] = {
    "payload_missing": lambda store: payload_of(1, store).unlink(),
    "payload_corrupt": lambda store: payload_of(2, store).write_bytes(b"rm -rf"),
    "payload_store": lambda store: Path(store.storage.path(MARKER)).unlink(),
    "working_copy": change_the_working_copy,
    "replica": lambda _store: UserCreatedAssembly.objects.update(summary="By another hand."),
    "domain_database": lose_a_domain_database,
    "domain_state": lambda _store: DomainState.objects.filter(domain="user").update(persisted_sequence=99),
    "watermark": lambda _store: Watermark.objects.using("user_created").update(hash="0" * 64),
    "database": lambda _store: zero_a_page("default", "journal_by_time"),
    "journal": lambda _store: JournalEntry.objects.filter(sequence=2).delete(),
    "audit": lambda _store: AuditEntry.objects.filter(sequence=2).update(actor="nobody"),
    "annotation": lambda _store: AssemblyNote.objects.update(content="By another hand."),
}


@pytest.fixture
def mirrored(tmp_path: Path, library: PayloadStore, command: Actor) -> str:
    """A mirror of a library that went on since."""
    prepare(actor=command)
    fill(library, command)
    add_note(guid(3), "Runs at night.", permit=may_note(command))
    make_mirror(tmp_path / "mirrors", library)
    update(guid(3), {"summary": "Newer."}, payload=b"echo newer", permit=may_update(command), store=library)
    flush()
    return str(tmp_path / "mirrors")


def found() -> set[str]:
    return {finding["kind"] for finding in call("verify_library", "--json").answer["findings"]}


def repair(kind: str, commands: list[str], mirrors: str) -> None:
    if kind == "domain_database":
        connections.close_all()
        file_of("user_created").rename(file_of("user_created").with_suffix(".aside"))
    for line in commands:
        words = line.replace('"$BACKUP"', mirrors).replace("DOMAIN", "user")
        # What a check of a damaged database raised keeps a statement, and with it a lock, until it is collected.
        gc.collect()
        called = call(*shlex.split(words))
        assert called.exit_code == 0, (kind, line, called.stderr)


def test_the_table_has_a_way_for_every_finding() -> None:
    assert table().keys() == ADVICE.keys()
    assert table().keys() - PLANTS.keys() == {"payload_unreadable", "payload_orphan"}, "these need no command"
    assert [kind for kind, (commands, _later) in table().items() if not commands] == [
        "payload_unreadable",
        "payload_orphan",
    ]


def test_repairs_in_place_lose_no_later_write(mirrored: str, library: PayloadStore, command: Actor) -> None:
    for kind, (commands, later) in table().items():
        if later == "kept" and kind in PLANTS:
            PLANTS[kind](library)
            assert kind in found(), kind
            repair(kind, commands, mirrored)
            assert (kind, found()) == (kind, set())
            assert (summary(), payload_of(3, library).read_bytes()) == ("Newer.", b"echo newer"), kind
    update(guid(3), {"summary": "Still writable."}, permit=may_update(command), store=library)


@pytest.mark.slow
def test_what_the_journal_lost_comes_from_the_mirror(mirrored: str, library: PayloadStore, command: Actor) -> None:
    for kind, (commands, later) in table().items():
        if later == "as mirrored":
            PLANTS[kind](library)
            assert kind in found(), kind
            repair(kind, commands, mirrored)
            assert (kind, found(), summary()) == (kind, set(), "Mirrored.")
    update(guid(3), {"summary": "Still writable."}, permit=may_update(command), store=library)
