"""What is particular to an AtoCore-shaped file: read-only rehearsals, its schema, cascades, other writers."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assemblies.errors import MigrationFailed
from assemblies.rekeying.atocore_adapter import AtocoreAdapter
from assemblies.rekeying.report import ReportFiles, write_report
from assemblies.rekeying.sqlite_file import copy_database
from tests.commands.calling import call
from tests.rekeying.bench import NEWER, AtocoreBench

P05 = {"id": "p05-x", "aliases": ["p05"]}


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def rehearse(atocore: AtocoreBench, *options: str) -> Any:
    return call(
        "migrate_legacy_aliases", "--profile", "atocore", "--registry", str(atocore.registry), "--json", *options
    )


@pytest.mark.parametrize("journal_mode", ["delete", "wal"])
def test_a_rehearsal_on_a_read_only_file_creates_nothing(atocore: AtocoreBench, journal_mode: str) -> None:
    atocore.register(P05)
    atocore.state("p05", "v")
    atocore.execute(f"PRAGMA journal_mode = {journal_mode}")
    atocore.path.chmod(0o400)
    before, content = files(atocore.folder), atocore.path.read_bytes()
    called = rehearse(atocore, "--db", str(atocore.path))
    assert called.exit_code == 0
    assert called.answer["counts"]["state_rekey_rows"] == 1
    assert files(atocore.folder) == before
    assert atocore.path.read_bytes() == content


def test_a_rehearsal_sees_what_another_program_has_only_in_its_log(atocore: AtocoreBench) -> None:
    atocore.register(P05)
    atocore.execute("PRAGMA journal_mode = wal")
    with closing(atocore.connect()) as other:
        other.execute("INSERT INTO memories (content, project) VALUES ('n', 'p05')")
        other.commit()
        assert rehearse(atocore, "--db", str(atocore.path)).answer["counts"]["memory_rekey_rows"] == 1


@pytest.mark.parametrize("option", ["", "--apply"])
def test_a_missing_file_is_not_created(atocore: AtocoreBench, option: str) -> None:
    before = files(atocore.folder)
    missing = atocore.folder / "none" / "missing.db"
    reports = ["--report-dir", str(atocore.folder / "r")]
    called = rehearse(atocore, "--db", str(missing), *reports, *filter(None, [option]))
    assert called.exit_code == (2 if option else 0)
    assert called.answer["integrity_errors"] == ["database_unreadable: there is no file missing.db"]
    assert files(atocore.folder) == before


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        ("DROP TABLE memories", "missing_table: memories"),
        ("ALTER TABLE interactions RENAME COLUMN project TO topic", "missing_column: interactions.project"),
        (
            "CREATE TABLE pins (id INTEGER PRIMARY KEY, project TEXT REFERENCES projects (id) ON DELETE CASCADE)",
            "unknown_reference: pins refers to projects and would not be re-keyed",
        ),
    ],
)
def test_a_schema_that_is_not_understood_refuses_an_apply(atocore: AtocoreBench, damage: str, error: str) -> None:
    atocore.register(P05)
    atocore.state("p05", "v")
    atocore.execute(damage)
    before = atocore.dump()
    called = atocore.run("--apply", "--json")
    assert (called.exit_code, called.answer["integrity_errors"]) == (2, [error])
    assert atocore.dump() == before


def test_a_file_that_is_no_database_refuses_an_apply(atocore: AtocoreBench) -> None:
    atocore.path.write_text("no database " * 100)
    called = atocore.run("--apply", "--json")
    assert called.exit_code == 2
    assert called.answer["integrity_errors"][0].startswith("database_unreadable")


def test_no_registry_and_no_database_are_told(atocore: AtocoreBench) -> None:
    named = call("migrate_legacy_aliases", "--profile", "atocore", "--db", str(atocore.path), "--apply", "--json")
    assert named.exit_code == 2
    assert named.answer["integrity_errors"] == ["registry_unreadable: no registry was named"]
    assert "--db" in call("migrate_legacy_aliases", "--profile", "atocore").stderr


@pytest.mark.parametrize("folders", ["both", "data"])
def test_the_environment_names_what_the_command_line_does_not(
    atocore: AtocoreBench, monkeypatch: pytest.MonkeyPatch, folders: str
) -> None:
    atocore.register(P05)
    atocore.state("p05", "v")
    data = atocore.folder / "data"
    place = atocore.folder / "dbs" if folders == "both" else data / "db"
    place.mkdir(parents=True)
    atocore.path.rename(place / "atocore.db")
    monkeypatch.setenv("ATOCORE_PROJECT_REGISTRY_PATH", str(atocore.registry))
    monkeypatch.setenv("ATOCORE_DATA_DIR", str(data))
    if folders == "both":
        monkeypatch.setenv("ATOCORE_DB_DIR", str(place))
    called = call("migrate_legacy_aliases", "--profile", "atocore", "--json")
    assert called.answer["counts"]["state_rekey_rows"] == 1
    assert Path(called.answer["report_path"]).parent == data / "migrations"


def test_without_a_folder_for_reports_an_apply_writes_next_to_the_file(atocore: AtocoreBench) -> None:
    atocore.register(P05)
    atocore.state("p05", "v")
    called = rehearse(atocore, "--db", str(atocore.path), "--apply", "--no-backup")
    assert Path(called.answer["report_path"]).parent == atocore.folder / "migrations"
    assert called.answer["backup_path"] is None


def test_rows_that_give_way_are_kept_in_a_file_next_to_the_report(atocore: AtocoreBench) -> None:
    atocore.register(P05)
    atocore.state("p05", "kept", key="a")
    atocore.state("p05-x", "replaced", "invalid", key="a")
    atocore.state("p05", "dropped", "superseded", key="b")
    atocore.state("p05-x", "stays", key="b")
    archive = json.loads(Path(atocore.run("--apply", "--json").answer["archive_path"]).read_text())
    assert {(row["reason"], row["value"]) for row in archive["rows"]} == {
        ("replaced", "replaced"),
        ("dropped", "dropped"),
    }


def test_no_archive_keeps_no_rows_that_give_way(atocore: AtocoreBench) -> None:
    atocore.register(P05)
    atocore.state("p05", "dropped", "superseded")
    atocore.state("p05-x", "stays")
    assert atocore.run("--apply", "--json", "--no-archive").answer["archive_path"] is None
    assert not list(atocore.reports.glob("*archive*"))


def test_a_backup_holds_the_rows_as_they_were(atocore: AtocoreBench) -> None:
    atocore.register(P05)
    atocore.state("p05", "v")
    before = atocore.dump()
    backup = Path(atocore.run("--apply", "--json").answer["backup_path"])
    assert atocore.dump() != before
    backup.rename(atocore.path)
    assert atocore.dump() == before


def test_columns_of_their_own_are_kept(atocore: AtocoreBench) -> None:
    atocore.register(P05)
    atocore.state("p05", "v")
    atocore.execute("UPDATE projects SET colour = 'blue'; UPDATE project_state SET source = 'mine'")
    atocore.reference("p05")
    atocore.run("--apply")
    assert atocore._all("SELECT name, description, colour FROM projects") == [
        ("p05-x", "created by legacy alias migration", "blue")
    ]
    assert atocore._all("SELECT source FROM project_state") == [("mine",)]
    assert atocore._all("SELECT project, response FROM interactions") == [("p05-x", '{"a": 1.0}')]


def test_a_parent_in_another_letter_case_is_rekeyed_although_names_are_unique_in_any_case(
    atocore: AtocoreBench,
) -> None:
    atocore.execute("CREATE UNIQUE INDEX one_name ON projects (name COLLATE NOCASE)")
    atocore.register(P05)
    atocore.state("P05-X", "v")
    assert atocore.run("--apply").exit_code == 0
    assert atocore.states() == [("p05-x", "c", "k", "v", "active")]


def test_values_that_are_no_text_are_rekeyed_as_they_are(atocore: AtocoreBench) -> None:
    atocore.register(P05)
    atocore.state("p05", "v")
    atocore.execute("UPDATE project_state SET value = x'00ff', updated_at = NULL")
    atocore.execute("INSERT INTO memories (content, project) VALUES ('n', NULL)")
    assert atocore.run("--apply").exit_code == 0
    assert atocore._all("SELECT value FROM project_state") == [(b"\x00\xff",)]


@pytest.mark.parametrize(
    "trigger",
    [
        "BEFORE DELETE ON project_state BEGIN SELECT RAISE(ABORT, 'injected'); END",
        "BEFORE UPDATE ON project_state BEGIN SELECT RAISE(ABORT, 'injected'); END",
        "BEFORE UPDATE ON memories BEGIN SELECT RAISE(ABORT, 'injected'); END",
        "BEFORE UPDATE ON interactions BEGIN SELECT RAISE(ABORT, 'injected'); END",
        "BEFORE DELETE ON projects BEGIN SELECT RAISE(ABORT, 'injected'); END",
        "BEFORE INSERT ON projects BEGIN SELECT RAISE(ABORT, 'injected'); END",
        "BEFORE UPDATE ON memories BEGIN SELECT RAISE(IGNORE); END",
        "AFTER UPDATE ON memories BEGIN DELETE FROM interactions; END",
        "AFTER UPDATE ON memories BEGIN INSERT INTO project_state SELECT 'x', id, 'x', 'x', 'x', 'active', 'x', 'x' "
        "FROM projects WHERE name = 'p05'; END",
    ],
)
def test_whatever_the_database_refuses_or_does_too_everything_is_rolled_back(
    atocore: AtocoreBench, trigger: str
) -> None:
    atocore.register(P05, {"id": "p06", "aliases": ["six"]})
    atocore.state("p05", "v", key="a")
    atocore.state("p05-x", "v", key="a")
    atocore.state("p05", "w", key="b")
    atocore.state("six", "x")
    atocore.note("p05")
    atocore.reference("p05")
    atocore.execute(f"CREATE TRIGGER injected {trigger}")
    before = atocore.dump()
    called = atocore.run("--apply")
    assert (called.exit_code, atocore.dump()) == (1, before)
    assert not list(atocore.reports.glob("*Z.json"))


def test_a_writer_between_the_plan_and_the_apply_is_noticed(
    atocore: AtocoreBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other program writes right after the backup, which is the last thing before the transaction."""
    atocore.register(P05)
    atocore.state("p05", "v")

    def back_up(adapter: AtocoreAdapter, path: Path) -> None:
        copy_database(adapter.path, path)
        atocore.state("p05", "w", key="meanwhile")

    monkeypatch.setattr(AtocoreAdapter, "back_up", back_up)
    refused = atocore.run("--apply", "--json")
    assert (refused.exit_code, refused.answer["code"]) == (4, "plan_changed")
    assert sorted(said[0] for said in atocore.states()) == ["p05", "p05"]


@contextmanager
def locked(atocore: AtocoreBench) -> Iterator[None]:
    with closing(atocore.connect()) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.rollback()


def test_a_locked_file_ends_in_an_error_and_not_in_a_wait_without_end(
    atocore: AtocoreBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assemblies.rekeying.sqlite_file.BUSY_TIMEOUT_SECONDS", 0.05)
    monkeypatch.setattr("assemblies.rekeying.sqlite_file.MAX_WAIT_SECONDS", 0)
    atocore.register(P05)
    atocore.note("p05", at=NEWER)
    before = atocore.dump()
    with locked(atocore):
        assert atocore.run().exit_code == 1
        with pytest.raises(MigrationFailed, match="locked"):
            copy_database(atocore.path, atocore.folder / "copy.db")
    assert atocore.dump() == before


def test_a_report_never_takes_the_name_of_another(tmp_path: Path) -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    first = ReportFiles.unused(tmp_path, now=now)
    write_report(first.report, {})
    ReportFiles.unused(tmp_path, now=now).archive.touch()
    third = ReportFiles.unused(tmp_path, now=now)
    assert first.report.name == "legacy-aliases-20260102T030405000006Z.json"
    assert third.report.name == "legacy-aliases-20260102T030405000006Z.3.json"
    with pytest.raises(FileExistsError):
        write_report(first.report, {})


def test_a_report_that_cannot_be_written_rolls_everything_back(
    atocore: AtocoreBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    atocore.register(P05)
    atocore.note("p05")
    before = atocore.dump()
    monkeypatch.setattr("assemblies.durable_files.os.fsync", broken_disk)
    assert atocore.run("--apply", "--no-backup").exit_code == 1
    assert atocore.dump() == before
    assert not list(atocore.reports.iterdir())


def broken_disk(_descriptor: int) -> None:
    raise OSError("the disk is gone")
