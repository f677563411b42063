"""One command undoes a whole sync, and leaves what was changed since."""

from pathlib import Path
from typing import Any

import pytest

from assemblies.actions.update import update
from assemblies.errors import Forbidden, PayloadMissing, RevisionConflict, SyncRefused
from assemblies.journal.pending import pending_writes
from assemblies.models import Assembly, JournalEntry, OfficialAssembly, SyncRecord
from assemblies.official.sync import sync
from assemblies.official.undo import UndoReport, undo_sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.official.published_folder import guid, publish, publish_many, source_of
from tests.permits import may_sync, may_undo, may_update

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("library")]


@pytest.fixture
def folder(tmp_path: Path, store: PayloadStore, command: Actor, library: PayloadStore) -> Path:
    """A catalogue of five, of which a second sync changed one, moved one, removed one and added another."""
    folder = tmp_path / "published"
    publish_many(folder, 5)
    run(folder, store, command)
    publish(folder, 1, script="echo worse\n")
    (folder / "scripts/linux/number-2.json").rename(folder / "two.json")
    (folder / "scripts/linux/number-3.json").unlink()
    publish(folder, 6)
    run(folder, store, command)
    return folder


def run(folder: Path, store: PayloadStore, actor: Actor, **options: Any) -> None:
    sync(source_of(folder), permit=may_sync(actor), store=store, **options)


def undo(store: PayloadStore, actor: Actor, **options: Any) -> UndoReport:
    return undo_sync(permit=may_undo(actor), store=store, **options)


def catalogue() -> dict[str, str]:
    return dict(Assembly.objects.live().values_list("guid", "search_text"))


FIRST = {guid(number): f"echo {number}\n" for number in range(1, 6)}


def test_the_catalogue_is_as_it_was_before_the_sync(folder: Path, store: PayloadStore, command: Actor) -> None:
    before = JournalEntry.objects.count()
    report = undo(store, command)

    assert catalogue() == FIRST
    assert (sorted(report.restored), report.removed, report.left) == ([guid(1), guid(2), guid(3)], [guid(6)], [])
    assert Assembly.objects.get(guid=guid(2)).read_content().metadata["source_path"] == "scripts/linux/number-2.json"
    entries = JournalEntry.objects.filter(sequence__gt=before)
    assert {entry.operation for entry in entries} == {"undo"}
    assert set(OfficialAssembly.objects.values_list("guid", flat=True)) == FIRST.keys()
    assert pending_writes() == []


def test_it_is_recorded_and_audited(folder: Path, store: PayloadStore, command: Actor) -> None:
    undone = SyncRecord.objects.all()[0]
    report = undo(store, command).json()
    record = SyncRecord.objects.all()[0]
    assert (record.undo_of, record.source_version) == (undone, undone.previous_version)
    assert record.counts == {"restored": 3, "removed": 1, "left": 0}
    assert (report["undone"], report["previous_version"]) == (undone.pk, record.source_version)
    audit = AuditEntry.objects.order_by("-sequence")[0]
    assert (audit.event, audit.outcome) == ("official.undo", "success")


def test_what_was_changed_since_is_left_and_listed(folder: Path, store: PayloadStore, command: Actor) -> None:
    update(guid(1), {"summary": "Ours."}, permit=may_update(command), store=store)
    report = undo(store, command)
    assert report.left == [guid(1)]
    assert Assembly.objects.get(guid=guid(1)).summary == "Ours."
    assert guid(6) not in catalogue()


def test_a_restart_leaves_it_undone_and_the_next_sync_does_not(
    folder: Path, store: PayloadStore, command: Actor
) -> None:
    undo(store, command)
    run(folder, store, command, keep_local=True)
    assert catalogue() == FIRST
    run(folder, store, command)
    assert catalogue()[guid(1)] == "echo worse\n"


def test_undoing_again_changes_nothing(folder: Path, store: PayloadStore, command: Actor) -> None:
    first = undo(store, command)
    before = catalogue(), JournalEntry.objects.count(), SyncRecord.objects.count(), AuditEntry.objects.count()
    for again in (undo(store, command), undo(store, command, record=first.record.pk if first.record else 0)):
        assert (again.record, again.json()["already_undone"], again.json()["removed"]) == (first.record, True, [])
    assert (catalogue(), JournalEntry.objects.count(), SyncRecord.objects.count(), AuditEntry.objects.count()) == before


def test_an_earlier_sync_is_undone_by_its_number(folder: Path, store: PayloadStore, command: Actor) -> None:
    last, first = SyncRecord.objects.all()[:2]
    undo(store, command)
    report = undo(store, command, record=first.pk, allow_mass_removal=True)
    assert (sorted(report.removed), catalogue()) == (sorted(FIRST), {})
    assert SyncRecord.objects.all()[0].source_version == first.previous_version
    assert last.pk > first.pk


def test_undoing_an_earlier_sync_leaves_what_later_ones_wrote(
    folder: Path, store: PayloadStore, command: Actor
) -> None:
    last, first = SyncRecord.objects.all()[:2]
    report = undo(store, command, record=first.pk, allow_mass_removal=True)
    # The later sync changed one, removed one, and only moved another.
    assert (sorted(report.removed), sorted(report.left)) == ([guid(2), guid(4), guid(5)], [guid(1), guid(3)])
    assert catalogue().keys() == {guid(1), guid(6)}
    record = SyncRecord.objects.all()[0]
    # The catalogue still is at what the later sync brought it to.
    assert (record.source_version, record.previous_version) == (last.source_version, last.source_version)


@pytest.mark.parametrize("number", [0, -1, 2**70])
def test_a_record_of_no_sync_is_refused(folder: Path, store: PayloadStore, command: Actor, number: int) -> None:
    with pytest.raises(SyncRefused, match="is no sync"):
        undo(store, command, record=number)
    undoing = undo(store, command)
    with pytest.raises(SyncRefused, match="is no sync"):
        undo(store, command, record=SyncRecord.objects.get(undo_of=undoing.record).pk)


def test_most_of_the_catalogue_is_removed_only_by_who_means_it(
    tmp_path: Path, store: PayloadStore, command: Actor, library: PayloadStore
) -> None:
    publish_many(tmp_path / "published", 3)
    run(tmp_path / "published", store, command)
    with pytest.raises(SyncRefused, match="would remove 3 assemblies") as refused:
        undo(store, command)
    assert (refused.value.detail["may_allow"], len(catalogue())) == (["allow_mass_removal"], 3)
    undo(store, command, allow_mass_removal=True)
    assert catalogue() == {}


def test_a_dry_run_undoes_nothing(folder: Path, store: PayloadStore, command: Actor) -> None:
    before = catalogue(), SyncRecord.objects.count(), AuditEntry.objects.count()
    report = undo(store, command, dry_run=True).json()
    assert (report["dry_run"], len(report["restored"]), report["removed"]) == (True, 3, [guid(6)])
    assert (catalogue(), SyncRecord.objects.count(), AuditEntry.objects.count()) == before


def test_an_anonymous_visitor_is_refused(folder: Path, store: PayloadStore, operator: Actor) -> None:
    with pytest.raises(Forbidden):
        undo(store, operator)
    assert guid(6) in catalogue()


def test_an_earlier_payload_that_is_missing_stops_it_whole(folder: Path, store: PayloadStore, command: Actor) -> None:
    first = JournalEntry.objects.of_assembly(guid(1)).order_by("sequence")[0].read_content()
    assert first is not None
    store.delete(first.payload_guid)
    with pytest.raises(PayloadMissing):
        undo(store, command)
    assert guid(6) in catalogue()


def test_a_change_or_a_sync_in_between_is_noticed(folder: Path, store: PayloadStore, command: Actor) -> None:
    def edit_meanwhile(items: Any, phase: str, total: int) -> Any:
        yield from items
        update(guid(1), {"summary": "Ours."}, permit=may_update(command), store=store)

    def sync_meanwhile(items: Any, phase: str, total: int) -> Any:
        yield from items
        publish(folder, 9)
        run(folder, store, command, keep_local=True)

    with pytest.raises(RevisionConflict):
        undo(store, command, track=edit_meanwhile)
    with pytest.raises(SyncRefused, match="Another sync"):
        undo(store, command, track=sync_meanwhile)
    assert Assembly.objects.get(guid=guid(1)).summary == "Ours."
