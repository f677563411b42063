"""`restore_domains`: what was mirrored comes back, and what is in its place is never lost."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections

from assemblies.actions.update import update
from assemblies.durable_files import fsync_folder
from assemblies.execution.claim import claim
from assemblies.execution.models import WorkItem
from assemblies.journal.flush import flush
from assemblies.management.preparation import prepare
from assemblies.models import Assembly, JournalEntry, UserCreatedAssembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry, Installation
from tests.backup.mirrored_library import alter, database, fill, make_mirror, on_sqlite, payload_of, summary
from tests.commands.calling import call
from tests.execution.orders import NOW, WORKER, enqueued, item_of
from tests.official.published_folder import guid
from tests.permits import may_update

pytestmark = [
    on_sqlite,
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.usefixtures("own_databases"),
]


def test_no_run_of_before_a_restore_is_carried_out(tmp_path: Path, library: PayloadStore, command: Actor) -> None:
    fill(library, command)
    epoch = Installation.current().epoch
    assert claim(WORKER, limit=1, epoch=epoch, now=NOW) == []
    run = enqueued()
    mirrored = make_mirror(tmp_path / "mirrors", library).mirror
    assert call("restore_domains", str(mirrored), "--replace").exit_code == 0
    assert Installation.current().epoch != epoch
    assert item_of(run).status == "Queued"
    assert claim(WORKER, limit=1, epoch=Installation.current().epoch, now=NOW) == []
    assert (item_of(run).status, item_of(run).cancel_reason) == ("Canceled", "restored")


def test_a_mirror_of_before_there_were_runs_is_restored_with_an_empty_queue(mirrored: Path) -> None:
    manifest = mirrored / "manifest.json"
    whole = json.loads(manifest.read_text())
    del whole["files"]["execution.db"]
    manifest.write_text(json.dumps(whole))
    (mirrored / "execution.db").unlink()
    run = enqueued()
    called = call("restore_domains", str(mirrored), "--replace", "--json")
    assert (called.exit_code, summary()) == (0, "Mirrored.")
    assert not WorkItem.objects.filter(run_id=run.run_id).exists()
    assert any((Path(folder) / database("execution").name).exists() for folder in called.answer["moved_aside"])


def test_an_older_mirror_takes_the_place_of_a_newer_library(mirrored: Path, library: PayloadStore) -> None:
    newer = payload_of(3, library)
    called = call("restore_domains", str(mirrored.parent), "--replace", "--json")
    assert called.exit_code == 0, called.stderr
    answer = called.answer
    assert (answer["mirror"], answer["sequence"], answer["findings"], answer["pending"]) == (str(mirrored), 4, [], 0)
    assert summary() == "Mirrored."
    assert JournalEntry.objects.count() == 4
    assert not Assembly.objects.filter(guid=guid(4)).exists()
    assert UserCreatedAssembly.objects.get().summary == "Mirrored.", "what was pending then is flushed now"
    assert library.read(Assembly.objects.get(guid=guid(3)).read_content().payload) == b"echo mirrored"
    assert not newer.exists(), "no payload is left that no revision names"


def test_the_files_of_a_replaced_library_are_set_aside_whole(mirrored: Path, library: PayloadStore) -> None:
    newer = payload_of(3, library)
    answer = call("restore_domains", str(mirrored), "--replace", "--json").answer
    kept = [Path(folder) for folder in answer["moved_aside"]]
    [engine] = [path for folder in kept for path in folder.rglob(database("default").name)]
    with closing(sqlite3.connect(engine)) as connection:
        assert connection.execute("SELECT MAX(sequence) FROM assemblies_journalentry").fetchone() == (6,)
    [payload] = [path for folder in kept for path in folder.rglob("payload") if path.parent.name == newer.parent.name]
    assert payload.read_bytes() == b"echo newer"
    names = {path.name for folder in kept for path in folder.rglob("*")}
    assert names >= {database(alias).name for alias in connections}


def test_restoring_is_audited(mirrored: Path) -> None:
    call("restore_domains", str(mirrored), "--replace")
    audit = AuditEntry.objects.get(event="library.restore")
    assert (audit.actor, json.loads(audit.detail)["sequence"]) == ("command:restore_domains", 4)


def test_the_same_library_gets_its_lost_parts_back_without_replace(
    tmp_path: Path, library: PayloadStore, mirrored: Path
) -> None:
    place = make_mirror(tmp_path / "again", library).mirror
    payload_of(1, library).write_bytes(b"rm -rf")
    payload_of(2, library).unlink()
    with connections["community"].cursor() as cursor:
        cursor.execute("DELETE FROM assemblies_domainassembly")
    answer = call("restore_domains", str(place), "--json").answer
    assert (answer["findings"], answer["payloads"]) == ([], 2)
    assert library.read(Assembly.objects.get(guid=guid(1)).read_content().payload) == b"echo 1"


def test_a_damaged_database_is_set_aside_with_what_lies_next_to_it(mirrored: Path) -> None:
    connections.close_all()
    database("default").write_bytes(b"garbage" * 1000)
    log = database("default").with_name(f"{database('default').name}-wal")
    log.write_bytes(b"frames of the damaged one")
    refused = call("restore_domains", str(mirrored))
    assert (refused.exit_code, "other databases" in refused.stderr) == (2, True)
    connections.close_all()
    log.write_bytes(b"frames of the damaged one")
    answer = call("restore_domains", str(mirrored), "--replace", "--json").answer
    assert (answer["findings"], summary()) == ([], "Mirrored.")
    [folder] = [folder for folder in answer["moved_aside"] if (Path(folder) / log.name).exists()]
    assert (Path(folder) / database("default").name).read_bytes().startswith(b"garbage")


def test_a_mirror_of_an_older_version_is_migrated(mirrored: Path) -> None:
    applied = "SELECT COUNT(*) FROM django_migrations WHERE app = 'auth' AND name LIKE '0012%'"
    alter(mirrored, "engine.db", "DELETE FROM django_migrations WHERE app = 'auth' AND name LIKE '0012%'")
    assert call("restore_domains", str(mirrored), "--replace").exit_code == 0
    with connections["default"].cursor() as cursor:
        assert cursor.execute(applied).fetchone() == (1,)
    assert summary() == "Mirrored."


# The steps of the swap: a domain database has gone, all three have, the default database is the new one, one domain is.
@pytest.mark.parametrize(("steps", "expected"), [(2, "Newer."), (7, "Newer."), (8, "Mirrored."), (9, "Mirrored.")])
def test_a_crash_between_two_steps_leaves_the_old_library_or_the_new(
    mirrored: Path, command: Actor, steps: int, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def crash_after(folder: Path) -> None:
        fsync_folder(folder)
        done.append(folder)
        if len(done) == steps:
            raise OSError("crash")

    monkeypatch.setattr("assemblies.backup.set_aside.fsync_folder", crash_after)
    assert call("restore_domains", str(mirrored), "--replace").exit_code == 1
    monkeypatch.undo()
    prepare(actor=command)
    flush()
    verified = call("verify_library", "--json")
    assert (summary(), verified.answer["findings"]) == (expected, [])


def test_a_lost_store_comes_back_with_its_marker(mirrored: Path, library: PayloadStore, command: Actor) -> None:
    prepare(actor=command)
    lost = Path(library.storage.path(""))
    lost.rename(lost.with_name("lost"))
    called = call("restore_domains", str(mirrored), "--replace", "--json")
    assert (called.exit_code, called.answer["findings"]) == (0, []), called.stderr
    update(guid(3), {"summary": "Later."}, payload=b"echo later", permit=may_update(command), store=library)
    assert library.marker.owners() == {called.answer["journal_id"]}


def test_payloads_alone_are_put_back_next_to_databases_of_their_own(
    tmp_path: Path, mirrored: Path, library: PayloadStore
) -> None:
    place = Path(call("mirror_domains", str(tmp_path / "payloads"), "--payloads-only", "--json").answer["mirror"])
    payload_of(1, library).unlink()
    called = call("restore_domains", str(place))
    assert called.exit_code == 0, called.stderr
    assert "1 payloads put back" in called.stdout
    assert (summary(), payload_of(1, library).read_bytes()) == ("Newer.", b"echo 1")


def test_a_mirror_with_faults_is_put_in_place_and_they_are_found(
    tmp_path: Path, mirrored: Path, library: PayloadStore
) -> None:
    payload_of(1, library).unlink()
    place = make_mirror(tmp_path / "faulty", library).mirror
    called = call("restore_domains", str(place), "--json")
    assert called.exit_code == 2
    assert [finding["kind"] for finding in called.answer["findings"]] == ["payload_missing"]
    said = call("restore_domains", str(place), "--replace")
    assert "payload_missing" in said.stdout
    assert "What was in place before is in" in said.stdout
