"""Synchronising the official domain: what a sync adds, changes, removes and keeps."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.revert import revert
from assemblies.actions.update import update
from assemblies.domains import Domain, Operation
from assemblies.journal.pending import pending_writes
from assemblies.models import JournalEntry, OfficialAssembly
from assemblies.official.open_source import open_source
from assemblies.official.sync import sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.official.published_folder import guid, publish, source_of
from tests.official.syncing import PUBLISHED, official, run
from tests.permits import may_create, may_delete, may_revert, may_sync, may_update

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("library")]


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
