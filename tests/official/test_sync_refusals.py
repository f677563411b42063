"""What a sync refuses, and that a refused one changes nothing."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from assemblies.actions.update import update
from assemblies.errors import (
    AuditUnavailable,
    DevModeRequired,
    RevisionConflict,
    SourceUnreadable,
    StorageUnavailable,
    SyncRefused,
)
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.official.published_folder import guid, publish
from tests.official.syncing import PUBLISHED, official, run
from tests.permits import may_update

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("library")]


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
