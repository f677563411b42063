"""What is written down of a sync: done or refused, once each, and nothing when nothing was new."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assemblies.bundles import Skipped
from assemblies.errors import AuditUnavailable, DevModeRequired, SourceUnreadable, SyncRefused
from assemblies.models import Assembly, JournalEntry, SyncRecord, UpstreamDocument
from assemblies.official.report import SyncReport
from assemblies.official.source import FindKnown, SourceContents, nothing_known
from assemblies.official.sync import sync
from assemblies.official.sync_records import masked
from assemblies.payloads import PayloadStore
from assemblies.progress import Track, untracked
from devmode.actor import Actor
from devmode.models import AuditEntry
from devmode.models.grant import DevModeGrant
from tests.official.published_folder import guid, publish, publish_many, source_of
from tests.permits import may_sync

pytestmark = pytest.mark.usefixtures("library")
DONE, REFUSED = SyncRecord.Outcome.DONE, SyncRecord.Outcome.REFUSED


@pytest.fixture
def folder(tmp_path: Path, store: PayloadStore, command: Actor, library: PayloadStore) -> Path:
    """A published folder that the catalogue is in step with."""
    folder = tmp_path / "published"
    publish_many(folder, 5)
    run(folder, store, command)
    return folder


def run(folder: Path, store: PayloadStore, actor: Actor, **options: Any) -> SyncReport:
    return sync(source_of(folder), permit=may_sync(actor), store=store, **options)


class Versioned:
    """A source with a history: versions are numbers, and only a higher one follows a lower one."""

    def __init__(self, folder: Path, number: int) -> None:
        self.place = "https://olga:secret@git.example/catalogue.git"
        self.folder = folder
        self.number = number

    def read(self, track: Track = untracked, find_known: FindKnown = nothing_known) -> SourceContents:
        return replace(source_of(self.folder).read(track, find_known), version=f"v:{self.number}")

    def follows(self, version: str, earlier: str) -> bool | None:
        if not earlier.startswith("v:"):
            return None
        return int(version.removeprefix("v:")) > int(earlier.removeprefix("v:"))


def test_a_sync_is_recorded_with_its_entries(folder: Path, store: PayloadStore, command: Actor) -> None:
    publish(folder, 1, script="echo better\n")
    publish(folder, 6)
    (folder / "scripts/linux/number-3.json").unlink()
    before = source_of(folder).read().version
    run(folder, store, command)

    record, first = SyncRecord.objects.all()
    assert (record.outcome, record.actor, record.source) == (DONE, command.name, str(folder))
    assert (record.source_version, record.previous_version) == (before, first.source_version)
    assert {what: record.counts[what] for what in ("added", "changed", "removed", "unchanged")} == {
        "added": 1, "changed": 1, "removed": 1, "unchanged": 3
    }  # fmt: skip
    entries = JournalEntry.objects.filter(sequence__range=(record.first_sequence, record.last_sequence))
    assert set(entries.values_list("assembly_guid", flat=True)) == {guid(1), guid(3), guid(6)}
    assert (len(record.plan_digest), record.duration_seconds > 0, record.reasons) == (64, True, [])
    assert record.plan_digest != first.plan_digest
    assert str(record).endswith(record.source_version)


def test_a_sync_that_finds_nothing_new_leaves_no_trace(folder: Path, store: PayloadStore, command: Actor) -> None:
    before = SyncRecord.objects.count(), AuditEntry.objects.count()
    run(folder, store, command)
    assert (SyncRecord.objects.count(), AuditEntry.objects.count()) == before


def test_a_new_version_of_the_same_documents_is_recorded_without_entries(
    folder: Path, store: PayloadStore, command: Actor
) -> None:
    sync(Versioned(folder, 1), permit=may_sync(command), store=store)
    sync(Versioned(folder, 1), permit=may_sync(command), store=store)
    record = SyncRecord.objects.all()[0]
    assert (record.source_version, record.first_sequence, SyncRecord.objects.count()) == ("v:1", None, 2)
    assert JournalEntry.objects.count() == 5


def test_credentials_are_kept_nowhere(folder: Path, store: PayloadStore, command: Actor) -> None:
    report = sync(Versioned(folder, 1), permit=may_sync(command), store=store)
    assert report.json()["source"] == "https://***@git.example/catalogue.git"
    assert SyncRecord.objects.all()[0].source == "https://***@git.example/catalogue.git"
    assert not AuditEntry.objects.filter(detail__contains="secret").exists()
    assert masked("ssh://git@host/x and https://a@b") == "ssh://***@host/x and https://***@b"


def test_an_earlier_version_is_refused_recorded_and_audited(folder: Path, store: PayloadStore, command: Actor) -> None:
    sync(Versioned(folder, 2), permit=may_sync(command), store=store)
    publish(folder, 1, script="echo old and vulnerable\n")
    with pytest.raises(SyncRefused, match="v:1 does not come after v:2"):
        sync(Versioned(folder, 1), permit=may_sync(command), store=store)

    record = SyncRecord.objects.all()[0]
    assert (record.outcome, record.source_version, record.previous_version) == (REFUSED, "v:1", "v:2")
    assert "does not come after" in record.reasons[0]
    assert AuditEntry.objects.order_by("-sequence")[0].outcome == "failed"
    assert "echo old" not in Assembly.objects.get(guid=guid(1)).search_text

    sync(Versioned(folder, 1), permit=may_sync(command), store=store, allow_rollback=True)
    assert "echo old" in Assembly.objects.get(guid=guid(1)).search_text
    with pytest.raises(SyncRefused):
        sync(Versioned(folder, 1 - 1), permit=may_sync(command), store=store)
    sync(Versioned(folder, 3), permit=may_sync(command), store=store)


def test_a_refused_version_is_not_what_the_next_one_must_follow(
    folder: Path, store: PayloadStore, command: Actor
) -> None:
    sync(Versioned(folder, 2), permit=may_sync(command), store=store)
    for _ in range(2):
        with pytest.raises(SyncRefused):
            sync(Versioned(folder, 1), permit=may_sync(command), store=store)
    sync(Versioned(folder, 2), permit=may_sync(command), store=store)


def test_a_source_that_cannot_be_read_is_a_recorded_refusal(folder: Path, store: PayloadStore, command: Actor) -> None:
    shutil.rmtree(folder)
    with pytest.raises(SourceUnreadable):
        run(folder, store, command)
    record = SyncRecord.objects.all()[0]
    assert (record.outcome, record.source_version, record.counts) == (REFUSED, "", {})
    assert "is not a folder" in record.reasons[0]


def test_a_dry_run_records_nothing_even_when_it_is_refused(
    folder: Path, store: PayloadStore, command: Actor, tmp_path: Path
) -> None:
    publish(folder, 1, script="echo better\n")
    run(folder, store, command, dry_run=True)
    with pytest.raises(SourceUnreadable):
        run(tmp_path / "absent", store, command, dry_run=True)
    assert (SyncRecord.objects.count(), AuditEntry.objects.count()) == (1, 1)


def test_a_refusal_that_cannot_be_audited_is_not_recorded_either(
    folder: Path, store: PayloadStore, command: Actor, tmp_path: Path
) -> None:
    squatter = AuditEntry.objects.get(sequence=1)
    squatter.sequence = 2
    squatter.save(force_insert=True)
    with pytest.raises(AuditUnavailable):
        run(tmp_path / "absent", store, command)
    assert SyncRecord.objects.count() == 1


def test_another_sync_in_between_is_noticed(folder: Path, store: PayloadStore, command: Actor) -> None:
    publish(folder, 1, script="echo better\n")

    def sync_meanwhile(items: Any, phase: str, total: int) -> Any:
        if phase == "Storing payloads":
            sync(Versioned(folder, 9), permit=may_sync(command), store=store)
        return items

    with pytest.raises(SyncRefused, match="Another sync"):
        run(folder, store, command, track=sync_meanwhile)
    refused, between, _first = SyncRecord.objects.all()
    assert (refused.outcome, between.outcome, between.source_version) == (REFUSED, DONE, "v:9")


def test_what_the_source_says_is_kept_by_guid(folder: Path, store: PayloadStore, command: Actor) -> None:
    publish(folder, 1, path="moved.json")
    (folder / "scripts/linux/number-1.json").unlink()
    (folder / "scripts/linux/number-2.json").unlink()
    (folder / "scripts/linux/number-3.json").write_text("{")
    publish(folder, 6)
    run(folder, store, command)
    paths = dict(UpstreamDocument.objects.values_list("guid", "path"))
    assert paths.keys() == {guid(1), guid(3), guid(4), guid(5), guid(6)}
    assert paths[guid(1)] == "moved.json"
    assert str(UpstreamDocument.objects.get(guid=guid(1))).endswith("at moved.json")


def test_a_grant_is_used_even_when_nothing_changes(folder: Path, store: PayloadStore, granted: Actor) -> None:
    used_at = DevModeGrant.objects.get().last_used_at
    run(folder, store, granted)
    assert DevModeGrant.objects.get().last_used_at > used_at
    run(folder, store, granted, dry_run=True)


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_grant_that_ended_allows_neither_a_dry_run_nor_a_sync_of_nothing(
    folder: Path, store: PayloadStore, granted: Actor, dry_run: bool
) -> None:
    DevModeGrant.objects.all().delete()
    with pytest.raises(DevModeRequired):
        run(folder, store, granted, dry_run=dry_run)
    assert AuditEntry.objects.order_by("-sequence")[0].outcome == "denied"


def test_a_dry_run_shows_diffs_that_are_bounded(folder: Path, store: PayloadStore, command: Actor) -> None:
    publish(folder, 1, script="echo better\n", description="Better.")
    publish(folder, 2, script="".join(f"echo {number}\n" for number in range(500)))
    publish(folder, 6, files=[{"file_name": "a.bin", "mime_type": "", "data": "AAEC"}])
    (folder / "scripts/linux/number-3.json").unlink()
    report = run(folder, store, command, dry_run=True)
    diffs = {one["assembly_guid"]: one["diff"] for one in report.json()["diffs"]}

    assert diffs.keys() == {guid(1), guid(2), guid(3), guid(6)}
    assert "-echo 1\n" in diffs[guid(1)] and "+echo better\n" in diffs[guid(1)]
    assert '+  "description": "Better.",' in diffs[guid(1)]
    assert "source_version" not in diffs[guid(1)]
    assert diffs[guid(2)].endswith("more lines\n")
    assert "-echo 3\n" in diffs[guid(3)]
    assert "+ae4b3280e56e2faf83f414a6e3dabe9d5fbe18976544c05fed121accb85b53fc" in diffs[guid(6)]
    assert "diffs" not in run(folder, store, command).json()


def test_a_stored_payload_that_is_gone_is_said_in_its_diff(folder: Path, store: PayloadStore, command: Actor) -> None:
    publish(folder, 1, script="echo better\n")
    store.delete(Assembly.objects.get(guid=guid(1)).payload_guid)
    [diff] = run(folder, store, command, dry_run=True).diffs
    assert "missing from the store" in diff.text


def test_what_a_source_wants_people_to_know_is_passed_on(folder: Path, store: PayloadStore, command: Actor) -> None:
    class Away(Versioned):
        def read(self, track: Track = untracked, find_known: FindKnown = nothing_known) -> SourceContents:
            contents = super().read(track, find_known)
            return replace(contents, notes=("The source is away.",), skipped=[Skipped("x.json", "broken")])

    assert sync(Away(folder, 1), permit=may_sync(command), store=store).json()["notes"] == ["The source is away."]
