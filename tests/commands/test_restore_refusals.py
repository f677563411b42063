"""`restore_domains` refuses what is no sound mirror, and a library that is in use or has other content."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from filelock import FileLock

from assemblies.backup import restore
from tests.backup.mirrored_library import alter, database, on_sqlite, summary
from tests.commands.calling import call
from tests.commands.deployment import PROJECT, Deployment

pytestmark = [
    on_sqlite,
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.usefixtures("own_databases"),
]


def set_aside() -> list[Path]:
    return sorted(settings.RUNTIME_ROOT.rglob("before-restore-*"))


def test_a_library_with_other_content_is_refused_without_replace(mirrored: Path) -> None:
    before = set_aside()
    called = call("restore_domains", str(mirrored), "--json")
    assert (called.exit_code, called.answer["code"]) == (2, "restore_refused")
    assert "a library with 6 journal entries" in called.answer["message"]
    assert (summary(), set_aside()) == ("Newer.", before)


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


def test_databases_of_another_engine_are_left_to_its_own_tools(mirrored: Path, tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    elsewhere = {"BOREALIS_COMMUNITY_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    refused = Deployment(tmp_path / "var", **elsewhere).run("restore_domains", str(mirrored))
    assert (refused.returncode, "pg_restore" in refused.stderr) == (2, True)
