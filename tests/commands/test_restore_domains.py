"""`restore_domains`: what was mirrored comes back, and what is in its place is never lost."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from filelock import FileLock

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.backup import restore
from assemblies.domains import Domain
from assemblies.durable_files import fsync_folder, sha256_of
from assemblies.execution.claim import claim
from assemblies.execution.models import WorkItem
from assemblies.execution.triggers import remove_triggers
from assemblies.journal.flush import flush
from assemblies.management.preparation import prepare
from assemblies.models import Assembly, JournalEntry, UserCreatedAssembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry, Installation
from devmode.sqlite_files import find_sqlite_file
from tests.backup.mirrored_library import fill, make_mirror, on_sqlite, payload_of, summary
from tests.commands.calling import call
from tests.commands.deployment import PROJECT, Deployment
from tests.documents_made import script
from tests.execution.orders import NOW, WORKER, enqueued, item_of
from tests.official.published_folder import guid
from tests.permits import may_create, may_update

pytestmark = [on_sqlite, pytest.mark.django_db(transaction=True, databases="__all__")]


@pytest.fixture
def mirrored(tmp_path: Path, library: PayloadStore, command: Actor) -> Path:
    """A mirror of a small library; the library itself went on since."""
    fill(library, command)
    place = make_mirror(tmp_path / "mirrors", library).mirror
    update(guid(3), {"summary": "Newer."}, payload=b"echo newer", permit=may_update(command), store=library)
    create(script("Later", guid=guid(4)), domain=Domain.COMMUNITY, permit=may_create(command), store=library)
    flush()
    return place


@pytest.fixture(autouse=True)
def no_triggers(transactional_db: None) -> Iterator[None]:
    """A database of runs that a restore makes has its triggers, and Django empties every table after the test."""
    yield
    remove_triggers(connections["execution"])


def set_aside() -> list[Path]:
    return sorted(settings.RUNTIME_ROOT.rglob("before-restore-*"))


def database(alias: str) -> Path:
    path = find_sqlite_file(alias)
    assert path is not None
    return path


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


def test_a_library_with_other_content_is_refused_without_replace(mirrored: Path) -> None:
    before = set_aside()
    called = call("restore_domains", str(mirrored), "--json")
    assert (called.exit_code, called.answer["code"]) == (2, "restore_refused")
    assert "a library with 6 journal entries" in called.answer["message"]
    assert (summary(), set_aside()) == ("Newer.", before)


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


def test_a_mirror_that_was_tampered_with_is_refused_with_the_list(mirrored: Path) -> None:
    missing, *_others, cut = sorted(mirrored.rglob("payload"))
    missing.unlink()
    cut.write_bytes(cut.read_bytes()[:-1])
    for name in ("Assemblies/community.db", "engine.db"):
        content = (mirrored / name).read_bytes()
        (mirrored / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    called = call("restore_domains", str(mirrored), "--replace", "--json")
    assert (called.exit_code, called.answer["code"]) == (2, "restore_refused")
    found = {finding["subject"]: finding["kind"] for finding in called.answer["detail"]["findings"]}
    assert found == {
        "Assemblies/community.db": "altered",
        "engine.db": "altered",
        str(missing.relative_to(mirrored)): "missing",
        str(cut.relative_to(mirrored)): "altered",
    }
    assert "Assemblies/community.db" in call("restore_domains", str(mirrored), "--replace").stderr
    assert summary() == "Newer."


def test_a_manifest_that_does_not_hold_is_refused(mirrored: Path) -> None:
    manifest = mirrored / "manifest.json"
    whole = json.loads(manifest.read_text())
    foreign = {"../../etc/passwd": {"sha256": "", "size_bytes": 0}}
    for change, words in (
        ({"format": 2}, "has format 2"),
        ({"head": {}}, "cannot be read"),
        ({"files": []}, "cannot be read"),
        ({"files": whole["files"] | foreign}, "it has no place in a mirror"),
        ({"files": {"engine.db": whole["files"]["engine.db"]}}, "the manifest does not name it, and 2 more"),
    ):
        manifest.write_text(json.dumps(whole | change))
        called = call("restore_domains", str(mirrored), "--replace")
        assert (called.exit_code, words in called.stderr) == (2, True), called.stderr
    assert summary() == "Newer."


def test_a_folder_without_a_mirror_is_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        called = call("restore_domains", str(place))
        assert (called.exit_code, "no finished mirror" in called.stderr) == (2, True)


def test_a_mirror_this_version_cannot_migrate_is_refused(mirrored: Path) -> None:
    insert = "INSERT INTO django_migrations (app, name, applied) VALUES ('assemblies', '9999_later', '')"
    for statement, words in (
        (insert, "newer version (it has assemblies.9999_later)"),
        (
            "DELETE FROM django_migrations WHERE app NOT IN ('auth', 'contenttypes', 'sessions')",
            "none of this library's",
        ),
        ("ALTER TABLE django_migrations RENAME TO elsewhere", "unusable"),
    ):
        alter(mirrored, "Assemblies/official.db", statement)
        called = call("restore_domains", str(mirrored), "--replace")
        assert (called.exit_code, words in called.stderr) == (2, True), called.stderr
    assert summary() == "Newer."


def test_a_mirror_of_an_older_version_is_migrated(mirrored: Path) -> None:
    applied = "SELECT COUNT(*) FROM django_migrations WHERE app = 'auth' AND name LIKE '0012%'"
    alter(mirrored, "engine.db", "DELETE FROM django_migrations WHERE app = 'auth' AND name LIKE '0012%'")
    assert call("restore_domains", str(mirrored), "--replace").exit_code == 0
    with connections["default"].cursor() as cursor:
        assert cursor.execute(applied).fetchone() == (1,)
    assert summary() == "Mirrored."


def alter(mirror: Path, name: str, statement: str) -> None:
    """Change a database of a mirror, and its manifest with it."""
    with closing(sqlite3.connect(mirror / name)) as connection, connection:
        connection.execute(statement)
    manifest = json.loads((mirror / "manifest.json").read_text())
    facts = manifest["files"][name]
    facts["sha256"] = sha256_of(mirror / name)
    facts["size_bytes"] = (mirror / name).stat().st_size
    (mirror / "manifest.json").write_text(json.dumps(manifest))


HOLD = """
import sys
import borealis_assemblies, sqlite3
connection = sqlite3.connect(sys.argv[1])
connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
print("open", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("alias", ["default", "community"])
def test_a_library_that_another_process_has_open_is_refused(mirrored: Path, alias: str) -> None:
    before = set_aside()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database(alias))],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        called = call("restore_domains", str(mirrored), "--replace")
        other.communicate()
    assert (called.exit_code, f"The {alias} database is in use" in called.stderr) == (2, True)
    assert (summary(), set_aside()) == ("Newer.", before)


def test_a_library_that_is_being_written_to_is_refused(mirrored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore, "MAX_WAIT_SECONDS", 0)
    with FileLock(f"{database('default')}.queue"):
        called = call("restore_domains", str(mirrored), "--replace")
    assert (called.exit_code, "being written to" in called.stderr) == (2, True)


def test_a_mirror_that_changes_while_it_is_read_is_not_put_in_place(
    mirrored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "read_chunks", lambda _path: [b"something else"])
    called = call("restore_domains", str(mirrored), "--replace")
    assert (called.exit_code, "changed while it was read" in called.stderr) == (2, True)
    assert summary() == "Newer."
    assert not list(settings.RUNTIME_ROOT.rglob("*.restoring"))


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


def test_databases_of_another_engine_are_left_to_its_own_tools(mirrored: Path, tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    elsewhere = {"BOREALIS_COMMUNITY_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    refused = Deployment(tmp_path / "var", **elsewhere).run("restore_domains", str(mirrored))
    assert (refused.returncode, "pg_restore" in refused.stderr) == (2, True)
