"""`mirror_domains`: whole, consistent, private, and never in place of a better one."""

import hashlib
import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone
from filelock import FileLock

from assemblies.actions.attach import attach
from assemblies.backup.mirror import mirror
from assemblies.conf import payload_store
from assemblies.models import Assembly, JournalEntry, JournalHead
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.backup.mirrored_library import fill, make_mirror, on_sqlite, payload_of
from tests.commands.calling import call
from tests.commands.deployment import Deployment
from tests.official.published_folder import guid
from tests.permits import may_attach

pytestmark = [on_sqlite, pytest.mark.django_db(transaction=True, databases="__all__")]
DATABASES = ["engine.db", "Assemblies/official.db", "Assemblies/community.db", "Assemblies/user_created.db"]


@pytest.fixture
def folder(tmp_path: Path, library: PayloadStore, command: Actor) -> Path:
    """A new folder for mirrors of a filled library."""
    fill(library, command)
    return tmp_path / "mirrors"


def rows(database: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(statement).fetchall()


def test_a_mirror_holds_every_database_and_every_payload_the_journal_names(folder: Path) -> None:
    answer = call("mirror_domains", str(folder), "--json").answer
    place = Path(answer["mirror"])
    manifest = json.loads((place / "manifest.json").read_text())
    on_disk = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()} - {"manifest.json"}
    assert on_disk == set(manifest["files"])
    assert set(DATABASES) < on_disk
    assert (answer["databases"], answer["payloads"]) == (5, 7)
    for name, facts in manifest["files"].items():
        content = (place / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (facts["sha256"], facts["size_bytes"])
    assert answer["manifest_sha256"] == hashlib.sha256((place / "manifest.json").read_bytes()).hexdigest()


def test_the_manifest_names_the_ends_of_journal_and_audit(folder: Path) -> None:
    answer = call("mirror_domains", str(folder), "--json").answer
    head = JournalHead.objects.get()
    assert answer["journal"] == {"id": head.journal_id, "sequence": 4, "hash": head.hash}
    assert answer["audit"]["sequence"] == 4
    engine = Path(answer["mirror"]) / "engine.db"
    assert rows(engine, "SELECT sequence, hash FROM assemblies_journalhead") == [(4, head.hash)]
    watermark = rows(engine.parent / "Assemblies" / "user_created.db", "SELECT sequence FROM assemblies_watermark")
    assert watermark == [(3,)], "the replica is behind, as it was"


def test_nobody_else_can_read_it(folder: Path) -> None:
    make = call("mirror_domains", str(folder))
    assert make.exit_code == 0
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}
    assert modes == {0o600, 0o700}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_earlier_mirror_and_what_a_crash_left_go_when_the_new_one_is_whole(folder: Path) -> None:
    first = Path(call("mirror_domains", str(folder), "--json").answer["mirror"])
    (folder / ".unfinished-crashed" / "Assemblies").mkdir(parents=True)
    said = call("mirror_domains", str(folder))
    assert said.exit_code == 0
    [kept] = [path for path in folder.iterdir() if path.name != ".lock"]
    assert kept != first
    assert f"{kept}: 5 databases, 7 payloads" in said.stdout


def test_a_damaged_payload_is_reported_the_rest_mirrored_and_the_earlier_mirror_kept(
    folder: Path, library: PayloadStore
) -> None:
    first = Path(call("mirror_domains", str(folder), "--json").answer["mirror"])
    payload_of(1, library).write_bytes(b"rm -rf")
    payload_of(2, library).unlink()
    second = call("mirror_domains", str(folder), "--json")
    assert second.exit_code == 2
    kinds = {fault["kind"] for fault in second.answer["faults"]}
    assert (kinds, second.answer["payloads"]) == ({"payload_corrupt", "payload_missing"}, 5)
    assert json.loads((Path(second.answer["mirror"]) / "manifest.json").read_text())["faults"]
    assert first.is_dir()
    said = call("mirror_domains", str(folder))
    assert "2 faults" in said.stderr
    assert "payload_corrupt" in said.stdout


def test_a_large_payload_is_copied_in_pieces(folder: Path, library: PayloadStore, command: Actor) -> None:
    large = b"0123456789abcdef" * 300_000
    attach(guid(1), "large.bin", [large], mime_type="", max_bytes=len(large), permit=may_attach(command), store=library)
    report = make_mirror(folder, library)
    assert hashlib.sha256(large).hexdigest() in {reference.sha256 for reference in report.manifest.payloads}
    assert report.faults == []


def test_an_entry_that_cannot_be_read_is_reported(folder: Path, library: PayloadStore) -> None:
    JournalEntry.objects.filter(sequence=1).update(content="[]")
    [fault] = make_mirror(folder, library).faults
    assert (fault.kind, fault.subject) == ("journal", "1")


def test_a_journal_with_a_gap_costs_no_earlier_mirror(folder: Path) -> None:
    first = Path(call("mirror_domains", str(folder), "--json").answer["mirror"])
    JournalEntry.objects.filter(sequence=2).delete()
    second = call("mirror_domains", str(folder), "--json")
    assert (second.exit_code, second.answer["payloads"]) == (2, 5)
    assert "journal" in {fault["kind"] for fault in second.answer["faults"]}
    assert first.is_dir()
    refused = call("restore_domains", str(folder), "--replace")
    assert (refused.exit_code, first.name in refused.stderr) == (2, True), "the newest one is not what is meant"
    assert call("mirror_domains", str(folder.with_name("payloads")), "--payloads-only").exit_code == 2


def test_a_copy_is_verified_as_the_library_is(folder: Path) -> None:
    Assembly.objects.filter(guid=guid(2)).update(summary="By another hand.")
    [fault] = make_mirror(folder, payload_store()).faults
    assert (fault.kind, fault.subject) == ("working_copy", guid(2))


def test_a_folder_with_anything_else_in_it_is_refused_and_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    called = call("mirror_domains", str(folder), "--json")
    assert (called.exit_code, called.answer["code"]) == (2, "mirror_refused")
    assert "thesis.txt" in called.answer["message"]
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]
    file = folder / "thesis.txt"
    assert "not a folder" in call("mirror_domains", str(file)).stderr


def test_two_at_once_do_not_mix(folder: Path) -> None:
    folder.mkdir()
    with FileLock(folder / ".lock"):
        called = call("mirror_domains", str(folder))
    assert (called.exit_code, "Another mirror" in called.stderr) == (2, True)


def test_a_mirror_that_fails_leaves_nothing_behind(
    folder: Path, library: PayloadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("assemblies.backup.mirror.fsync_file", full)
    called = call("mirror_domains", str(folder))
    assert (called.exit_code, "No space left" in called.stderr) == (1, True)
    assert [path.name for path in folder.iterdir()] == [".lock"]


def test_a_library_without_a_journal_is_refused(tmp_path: Path, library: PayloadStore) -> None:
    called = call("mirror_domains", str(tmp_path / "mirrors"))
    assert (called.exit_code, "no journal yet" in called.stderr) == (2, True)


def test_without_a_library_nothing_is_made_of_one(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path / "var")
    done = deployment.run("mirror_domains", str(tmp_path / "mirrors"))
    assert (done.returncode, "There is no library to mirror" in done.stderr) == (2, True)
    assert not list(deployment.root.rglob("*.db"))
    assert not (tmp_path / "mirrors").exists()


def test_a_database_of_another_engine_is_left_to_its_own_tools(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    elsewhere = {"BOREALIS_COMMUNITY_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    refused = Deployment(tmp_path / "var", **elsewhere).run("mirror_domains", str(tmp_path / "mirrors"))
    assert (refused.returncode, "Not SQLite files: community" in refused.stderr) == (2, True)
    assert "pg_dump" in refused.stderr


def test_a_database_that_is_not_a_prepared_library_is_refused(folder: Path, library: PayloadStore) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE devmode_audithead RENAME TO elsewhere")
    try:
        called = call("mirror_domains", str(folder))
    finally:
        with connections["default"].cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO devmode_audithead")
    assert (called.exit_code, "not a prepared library" in called.stderr) == (2, True)


def test_payloads_alone(folder: Path, library: PayloadStore) -> None:
    report = mirror(folder, store=library, now=timezone.now(), payloads_only=True)
    assert not report.manifest.has_databases
    assert len(report.manifest.payloads) == 7
