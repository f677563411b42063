"""`sync_official`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.journal.pending import pending_writes
from assemblies.models import Assembly, JournalEntry, SyncRecord
from assemblies.payloads import PayloadStore
from assemblies.payloads.reference import payload_name
from devmode.actor import Actor
from tests.commands.calling import Called, call
from tests.documents_made import script
from tests.official.git.git_repository import Repository, needs_git
from tests.official.published_folder import guid, publish, publish_many
from tests.permits import may_create, may_update

pytestmark = pytest.mark.usefixtures("library")
KEYS = [
    "source",
    "source_version",
    "dry_run",
    "added",
    "changed",
    "removed",
    "unchanged",
    "local_edits",
    "skipped",
    "rows",
    "elapsed_seconds",
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "published"
    publish_many(folder, 3)
    yield folder


def sync(folder: Path, *options: str) -> Called:
    return call("sync_official", str(folder), *options)


def test_json_has_exactly_the_promised_keys(folder: Path) -> None:
    called = sync(folder, "--json")

    assert called.exit_code == 0
    assert list(called.answer) == KEYS
    assert called.answer["added"] == [guid(1), guid(2), guid(3)]
    assert (called.answer["source"], called.answer["rows"]) == (str(folder), 3)
    assert pending_writes() == []


def test_people_see_what_was_done_and_what_was_skipped(folder: Path) -> None:
    sync(folder)
    publish(folder, 4)
    publish(folder, 1, script="echo better\n")
    (folder / "scripts/linux/number-2.json").rename(folder / "two.json")
    (folder / "scripts/linux/number-3.json").unlink()
    publish(folder, 5)
    (folder / "broken [red].json").write_text("{")
    called = sync(folder)

    assert called.exit_code == 0
    lines = [line.strip() for line in called.stdout.splitlines()]
    for what in ("added", "changed", "moved", "removed", "skipped"):
        assert any(line.startswith(what) for line in lines), what
    assert "broken [red].json" in called.stdout
    assert "\x1b" not in called.stdout
    assert "4 official assemblies" in called.stdout


def test_a_long_list_is_cut_for_people(tmp_path: Path) -> None:
    publish_many(tmp_path, 60)
    assert "… and 10 more" in call("sync_official", str(tmp_path)).stdout
    assert "nothing to do; 60 unchanged" in call("sync_official", str(tmp_path)).stdout


def test_the_configured_source_is_the_default(folder: Path, settings: Any) -> None:
    settings.OFFICIAL_SOURCE = str(folder)
    assert call("sync_official", "--json").answer["rows"] == 3


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    assert sync(folder, "--dry-run", "--json").answer["added"] == [guid(1), guid(2), guid(3)]
    assert "Would be done" in sync(folder, "--dry-run").stdout
    assert not Assembly.objects.exists()


def test_local_edits_are_overwritten_or_kept_and_named(folder: Path, store: PayloadStore, command: Actor) -> None:
    sync(folder)
    update(guid(1), {"summary": "Ours."}, permit=may_update(command), store=store)

    assert sync(folder, "--keep-local", "--json").answer["local_edits"] == [guid(1)]
    assert "local edit kept" in sync(folder, "--keep-local").stdout
    assert "local edit overwritten" in sync(folder).stdout
    assert Assembly.objects.get(guid=guid(1)).summary == "Says a number."


def test_a_refusal_is_exit_code_2_with_reasons_and_the_skipped_files(folder: Path) -> None:
    sync(folder)
    (folder / "scripts/linux/number-2.json").write_text("{")
    in_json, in_words = sync(folder, "--json"), sync(folder)

    assert (in_json.exit_code, in_words.exit_code) == (2, 2)
    assert in_json.answer["code"] == "sync_refused"
    assert in_json.answer["detail"]["reasons"] == ["1 of 3 documents cannot be read; at most 20% may."]
    assert in_json.answer["detail"]["skipped"][0]["path"] == "scripts/linux/number-2.json"
    assert "1 of 3 documents cannot be read" in in_words.stderr
    assert "scripts/linux/number-2.json: This is not valid JSON" in in_words.stderr
    assert Assembly.objects.live().count() == 3


def test_an_empty_and_a_missing_source_are_exit_code_2(folder: Path, tmp_path: Path) -> None:
    sync(folder)
    (tmp_path / "empty").mkdir()

    assert sync(tmp_path / "empty").exit_code == 2
    assert sync(tmp_path / "absent", "--json").exit_code == 2
    assert sync(tmp_path / "absent", "--json").answer["code"] == "source_unreadable"
    assert Assembly.objects.live().count() == 3


def test_a_mass_removal_is_an_option(folder: Path) -> None:
    sync(folder)
    for number in (1, 2):
        (folder / f"scripts/linux/number-{number}.json").unlink()

    assert sync(folder).exit_code == 2
    assert sync(folder, "--allow-mass-removal", "--json").answer["removed"] == [guid(1), guid(2)]


def test_verify_reads_every_official_payload_back(folder: Path, store: PayloadStore) -> None:
    assert sync(folder, "--verify", "--json").exit_code == 0
    assert "Every official payload is intact." in sync(folder, "--verify").stdout
    row = Assembly.objects.get(guid=guid(2))
    file = Path(store.storage.path(payload_name(row.payload_guid)))
    file.write_bytes(file.read_bytes().replace(b"2", b"3"))
    called = sync(folder, "--verify", "--json")

    assert called.exit_code == 1
    assert list(called.answer) == KEYS
    assert row.payload_guid in called.stderr


def test_a_second_sync_leaves_the_journal_as_it_is(folder: Path) -> None:
    sync(folder)
    assert sync(folder, "--json").answer["unchanged"] == 3
    assert JournalEntry.objects.count() == 3


def test_help_has_examples(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["manage.py"])
    with pytest.raises(SystemExit) as end:
        call("sync_official", "--help")
    assert end.value.code == 0
    assert "manage.py sync_official ./catalogue --dry-run" in capsys.readouterr().out


def test_a_dry_run_shows_diffs_to_people_and_to_programs(folder: Path) -> None:
    sync(folder)
    publish(folder, 1, script="echo better\n")
    called = sync(folder, "--dry-run")
    assert "-echo 1" in called.stdout and "+echo better" in called.stdout
    assert "scripts/linux/number-1.json" in called.stdout
    [diff] = sync(folder, "--dry-run", "--json").answer["diffs"]
    assert diff["assembly_guid"] == guid(1)
    assert list(sync(folder, "--json").answer) == KEYS


def test_a_claimed_guid_is_told(folder: Path, store: PayloadStore, operator: Actor) -> None:
    create(script("Mine", guid=guid(3)), domain=Domain.USER, permit=may_create(operator), store=store)
    dry = sync(folder, "--dry-run", "--json").answer
    assert dry["claimed"][0]["assembly_guid"] == guid(3)
    assert "claimed" in sync(folder).stdout
    assert Assembly.objects.get(guid=guid(3)).domain == Domain.OFFICIAL


def test_the_last_sync_is_undone_with_one_command(folder: Path, store: PayloadStore, command: Actor) -> None:
    assert call("sync_official", "--undo").stdout.strip() == "There is no sync to undo."
    sync(folder)
    publish(folder, 1, script="echo better\n")
    publish(folder, 2, script="echo better\n")
    sync(folder)
    update(guid(2), {"summary": "Ours."}, permit=may_update(command), store=store)

    dry = call("sync_official", "--undo", "--dry-run")
    assert "Would undo the sync" in dry.stdout and "1 restored, 0 removed, 1 left as they are." in dry.stdout
    assert Assembly.objects.get(guid=guid(1)).search_text == "echo better\n"

    undone = call("sync_official", "--undo")
    assert (undone.exit_code, f"changed since, left: {guid(2)}" in undone.stdout) == (0, True)
    assert Assembly.objects.get(guid=guid(1)).search_text == "echo 1\n"
    before = JournalEntry.objects.count()
    again = call("sync_official", "--undo", "--json")
    assert (again.exit_code, again.answer["already_undone"], again.answer["removed"]) == (0, True, [])
    words = call("sync_official", "--undo").stdout
    assert f"is already undone (record {SyncRecord.objects.latest('pk').pk}). Nothing was changed." in words
    assert JournalEntry.objects.count() == before


def test_undoing_the_first_sync_is_a_mass_removal(folder: Path) -> None:
    sync(folder)
    number = str(SyncRecord.objects.get().pk)
    dry = call("sync_official", "--undo", "--dry-run")
    assert (dry.exit_code, "undoing needs --allow-mass-removal" in dry.stdout) == (0, True)
    refused = call("sync_official", "--undo", number, "--json")
    assert (refused.exit_code, refused.answer["code"], Assembly.objects.live().count()) == (2, "sync_refused", 3)
    assert call("sync_official", "--undo", number, "--allow-mass-removal").exit_code == 0
    assert Assembly.objects.live().count() == 0
    assert call("sync_official", "--undo", "999", "--json").exit_code == 2


@pytest.mark.parametrize("option", ["--keep-local", "--verify", "--ref=main", "somewhere"])
def test_an_undo_reads_no_source(folder: Path, option: str) -> None:
    sync(folder)
    called = call("sync_official", option, "--undo", "--json")
    assert (called.exit_code, Assembly.objects.live().count()) == (2, 3)


@needs_git
def test_a_repository_is_read_at_a_ref_and_never_turned_back_unless_told(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "published")
    publish_many(repository.folder, 3)
    first = repository.commit()
    publish(repository.folder, 1, script="echo better\n")
    second = repository.commit()
    assert sync(repository.folder, "--json").answer["source_version"] == f"git:{second}"

    refused = sync(repository.folder, "--ref", first, "--json")
    assert (refused.exit_code, refused.answer["code"]) == (2, "sync_refused")
    assert Assembly.objects.get(guid=guid(1)).search_text == "echo better\n"
    allowed = sync(repository.folder, "--ref", first, "--allow-rollback", "--json")
    assert (allowed.exit_code, allowed.answer["changed"]) == (0, [guid(1)])
