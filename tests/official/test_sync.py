"""Synchronising the official domain."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.revert import revert
from assemblies.actions.update import update
from assemblies.domains import Domain, Operation
from assemblies.errors import (
    AuditUnavailable,
    DevModeRequired,
    RevisionConflict,
    SourceUnreadable,
    StorageUnavailable,
    SyncRefused,
)
from assemblies.journal.pending import pending_writes
from assemblies.models import Assembly, JournalEntry, OfficialAssembly
from assemblies.official.open_source import open_source
from assemblies.official.report import SyncReport
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.official.published_folder import guid, publish, publish_many, source_of
from tests.permits import may_create, may_delete, may_revert, may_sync, may_update

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("library")]
PUBLISHED = 5


@pytest.fixture
def folder(tmp_path: Path, store: PayloadStore, command: Actor, library: PayloadStore) -> Path:
    """A published folder that the catalogue is in step with."""
    folder = tmp_path / "published"
    publish_many(folder, PUBLISHED)
    run(folder, store, command)
    return folder


def run(folder: Path, store: PayloadStore, actor: Actor, **options: Any) -> SyncReport:
    return sync(source_of(folder), permit=may_sync(actor), store=store, **options)


def official(number: int) -> Assembly:
    return Assembly.objects.get(guid=guid(number))


def script_of(number: int, store: PayloadStore) -> bytes:
    return store.read(official(number).read_content().payload)


def test_a_first_sync_fills_the_catalogue_in_one_transaction_and_flushes_it(folder: Path, store: PayloadStore) -> None:
    row = official(2)
    assert row.domain == Domain.OFFICIAL
    assert script_of(2, store) == b"echo 2\n"
    assert row.read_content().metadata["source_path"] == "scripts/linux/number-2.json"
    assert row.read_content().metadata["source_version"] == source_of(folder).read().version
    assert set(JournalEntry.objects.values_list("operation", flat=True)) == {Operation.SYNC}
    assert len(set(JournalEntry.objects.values_list("recorded_at", flat=True))) == 1
    assert OfficialAssembly.objects.count() == PUBLISHED
    assert pending_writes() == []
    [audit] = AuditEntry.objects.all()
    assert (audit.event, audit.outcome, audit.scope) == ("official.sync", "success", "official")


def test_a_second_sync_changes_nothing_and_writes_nothing(folder: Path, store: PayloadStore, command: Actor) -> None:
    before = sorted(store.guids())
    report = run(folder, store, command).json()

    assert (report["added"], report["changed"], report["removed"], report["unchanged"]) == ([], [], [], PUBLISHED)
    assert report["rows"] == PUBLISHED
    assert JournalEntry.objects.count() == PUBLISHED
    assert AuditEntry.objects.count() == 1
    assert sorted(store.guids()) == before


def test_additions_changes_and_removals_are_one_audit_entry(folder: Path, store: PayloadStore, command: Actor) -> None:
    publish(folder, 6)
    publish(folder, 1, script="echo better\n")
    (folder / "scripts/linux/number-3.json").unlink()

    report = run(folder, store, command).json()

    assert (report["added"], report["changed"], report["removed"]) == ([guid(6)], [guid(1)], [guid(3)])
    assert (report["unchanged"], report["rows"]) == (3, PUBLISHED)
    assert script_of(1, store) == b"echo better\n"
    assert official(3).deleted_at is not None
    assert not OfficialAssembly.objects.filter(guid=guid(3)).exists()
    assert JournalEntry.objects.order_by("-sequence")[0].operation == Operation.SYNC
    assert AuditEntry.objects.count() == 2


def test_a_renamed_file_keeps_its_assembly_h7(folder: Path, store: PayloadStore, command: Actor) -> None:
    created_at = official(4).read_content().created_at
    (folder / "scripts/linux/number-4.json").rename(folder / "renamed.json")

    report = run(folder, store, command)

    assert [one.guid for one in report.plan.moved] == [guid(4)]
    assert report.json()["unchanged"] == PUBLISHED
    assert official(4).read_content().metadata["source_path"] == "renamed.json"
    assert official(4).read_content().created_at == created_at
    assert run(folder, store, command).plan.changes_nothing


def test_a_payload_that_did_not_change_is_not_stored_again(folder: Path, store: PayloadStore, command: Actor) -> None:
    before = official(2).payload_guid
    publish(folder, 2, description="Says two.")

    run(folder, store, command)

    assert official(2).summary == "Says two."
    assert official(2).payload_guid == before
    assert len(list(store.guids())) == PUBLISHED


def test_provenance_in_a_document_is_replaced_by_where_it_was_found(
    tmp_path: Path, store: PayloadStore, command: Actor
) -> None:
    publish(tmp_path, 1, path="one.json", source_path="lies.json", source_repo="https://example.org/catalogue")
    run(tmp_path, store, command)

    assert official(1).read_content().metadata["source_path"] == "one.json"
    assert official(1).read_content().metadata["source_repo"] == "https://example.org/catalogue"
    assert run(tmp_path, store, command).plan.changes_nothing


def test_a_dry_run_says_the_same_and_writes_nothing(folder: Path, store: PayloadStore, command: Actor) -> None:
    publish(folder, 6)
    (folder / "scripts/linux/number-3.json").unlink()
    payloads, entries, audits = sorted(store.guids()), JournalEntry.objects.count(), AuditEntry.objects.count()

    dry = run(folder, store, command, dry_run=True).json()

    assert (JournalEntry.objects.count(), AuditEntry.objects.count()) == (entries, audits)
    assert sorted(store.guids()) == payloads
    real = run(folder, store, command).json()
    assert dry["dry_run"] and not real["dry_run"]
    for key in ("added", "changed", "removed", "unchanged", "local_edits", "skipped", "source_version"):
        assert dry[key] == real[key]


@pytest.mark.parametrize("keep_local", [False, True])
def test_a_local_edit_is_overwritten_and_listed_or_kept_and_listed_h11(
    folder: Path, store: PayloadStore, command: Actor, keep_local: bool
) -> None:
    update(guid(1), {"summary": "Ours."}, permit=may_update(command), store=store)
    delete(guid(2), permit=may_delete(command))
    create(script("Made here", guid=guid(9)), domain=Domain.OFFICIAL, permit=may_create(command), store=store)

    report = run(folder, store, command, keep_local=keep_local).json()

    assert report["local_edits"] == [guid(1), guid(2), guid(9)]
    assert official(1).summary == ("Ours." if keep_local else "Says a number.")
    assert (official(2).deleted_at is not None) is keep_local
    assert (official(9).deleted_at is None) is keep_local
    again = run(folder, store, command, keep_local=keep_local).json()
    assert again["local_edits"] == (report["local_edits"] if keep_local else [])
    assert (again["added"], again["changed"], again["removed"]) == ([], [], [])


def test_what_was_changed_here_and_brought_back_is_no_local_edit(
    folder: Path, store: PayloadStore, command: Actor
) -> None:
    published = official(1).sequence
    update(guid(1), {"summary": "Ours."}, permit=may_update(command), store=store)
    revert(guid(1), sequence=published, permit=may_revert(command), store=store)
    publish(folder, 1, description="Says one.")

    report = run(folder, store, command, keep_local=True).json()

    assert (report["local_edits"], report["changed"]) == ([], [guid(1)])


def test_a_file_that_became_unreadable_is_skipped_and_its_assembly_stays(
    folder: Path, store: PayloadStore, command: Actor
) -> None:
    (folder / "scripts/linux/number-3.json").write_text("{")
    report = run(folder, store, command).json()

    assert [one["path"] for one in report["skipped"]] == ["scripts/linux/number-3.json"]
    assert (report["removed"], report["unchanged"], report["rows"]) == ([], PUBLISHED, PUBLISHED)


def test_an_empty_source_never_empties_the_catalogue_h6(
    folder: Path, store: PayloadStore, command: Actor, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SyncRefused) as refusal:
        run(tmp_path / "empty", store, command, allow_mass_removal=True)

    assert refusal.value.detail["reasons"] == ["The source holds no official document."]
    assert Assembly.objects.live().count() == PUBLISHED
    audit = AuditEntry.objects.order_by("-sequence")[0]
    assert (audit.event, audit.outcome) == ("official.sync", "failed")
    assert "no official document" in audit.detail


def test_a_missing_source_leaves_the_catalogue(folder: Path, store: PayloadStore, command: Actor) -> None:
    shutil.rmtree(folder)
    with pytest.raises(SourceUnreadable):
        run(folder, store, command)
    assert Assembly.objects.live().count() == PUBLISHED


def test_a_refused_dry_run_leaves_no_audit_entry(tmp_path: Path, store: PayloadStore, command: Actor) -> None:
    with pytest.raises(SyncRefused):
        run(tmp_path, store, command, dry_run=True)
    assert not AuditEntry.objects.exists()


def test_a_mass_removal_needs_to_be_allowed(folder: Path, store: PayloadStore, command: Actor) -> None:
    for number in (1, 2, 3):
        (folder / f"scripts/linux/number-{number}.json").unlink()
    with pytest.raises(SyncRefused, match="3 of 5 official assemblies would be removed") as refused:
        run(folder, store, command)
    assert refused.value.detail["may_allow"] == ["allow_mass_removal"]
    assert Assembly.objects.live().count() == PUBLISHED

    assert run(folder, store, command, allow_mass_removal=True).rows == 2


def test_an_administrator_without_dev_mode_is_refused_and_audited(
    folder: Path, store: PayloadStore, administrator: Actor
) -> None:
    payloads = sorted(store.guids())
    publish(folder, 6)
    with pytest.raises(DevModeRequired):
        run(folder, store, administrator)

    assert not Assembly.objects.filter(guid=guid(6)).exists()
    assert sorted(store.guids()) == payloads
    audit = AuditEntry.objects.order_by("-sequence")[0]
    assert (audit.event, audit.outcome, audit.actor) == ("official.sync", "denied", "ada")


def test_a_change_made_during_the_sync_is_not_overwritten(folder: Path, store: PayloadStore, command: Actor) -> None:
    publish(folder, 1, script="echo better\n")
    payloads = sorted(store.guids())

    def edit_meanwhile(items: Any, phase: str, total: int) -> Any:
        if phase == "Storing payloads":
            update(guid(1), {"summary": "Ours."}, permit=may_update(command), store=store)
        return items

    with pytest.raises(RevisionConflict):
        run(folder, store, command, track=edit_meanwhile)
    assert official(1).summary == "Ours."
    assert sorted(store.guids()) == payloads, "what was staged for the refused sync is gone again"


def test_a_full_disk_stops_the_sync_before_anything_changes(
    folder: Path, store: PayloadStore, command: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(folder, 6)
    (folder / "scripts/linux/number-1.json").unlink()
    monkeypatch.setattr(store, "minimum_free_fraction", 2)
    with pytest.raises(StorageUnavailable):
        run(folder, store, command)
    assert set(Assembly.objects.live().values_list("guid", flat=True)) == {guid(n) for n in range(1, 6)}


def test_a_sync_that_cannot_be_audited_does_not_happen(
    folder: Path, store: PayloadStore, command: Actor, tmp_path: Path
) -> None:
    squatter = AuditEntry.objects.get(sequence=1)
    squatter.sequence = 2
    squatter.save(force_insert=True)
    publish(folder, 6)
    with pytest.raises(AuditUnavailable):
        run(folder, store, command)
    assert not Assembly.objects.filter(guid=guid(6)).exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(AuditUnavailable):
        run(tmp_path / "empty", store, command)


def test_nothing_changed_needs_few_queries(
    folder: Path, store: PayloadStore, command: Actor, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(6):
        run(folder, store, command)


def test_the_bundled_catalogue_syncs_whole(store: PayloadStore, command: Actor) -> None:
    source = open_source(str(Path(settings.BASE_DIR) / "assemblies" / "official" / "bundled"))
    first = sync(source, permit=may_sync(command), store=store).json()

    assert first["skipped"] == []
    assert first["rows"] == len(first["added"]) >= 24
    second = sync(source, permit=may_sync(command), store=store).json()
    assert second["unchanged"] == first["rows"]
    assert (second["added"], second["changed"], second["removed"]) == ([], [], [])
