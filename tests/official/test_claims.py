"""A GUID that another domain's row took: the catalogue gets it, and the row lives on."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.discard import discard
from assemblies.actions.revert import revert
from assemblies.audit_events import LibraryEvent
from assemblies.catalogue import Catalogue
from assemblies.domains import Domain, Operation
from assemblies.errors import GuidInOtherDomain
from assemblies.inspection.verify import verify_library
from assemblies.journal.flush import flush
from assemblies.journal.pending import pending_writes
from assemblies.models import (
    Assembly,
    AssemblyAlias,
    AssemblyNote,
    AssemblySetting,
    JournalEntry,
    OfficialAssembly,
    SyncRecord,
    UserCreatedAssembly,
)
from assemblies.official.report import SyncReport
from assemblies.official.undo import undo_sync
from assemblies.payloads import PayloadStore
from assemblies.rekeying.aliases import stored_registry
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.official.published_folder import guid, publish, publish_many
from tests.official.syncing import TAKEN, run
from tests.permits import may_clone, may_create, may_delete, may_discard, may_revert, may_undo

pytestmark = pytest.mark.database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "published"
    publish_many(folder, 3)
    publish(folder, 7, script="echo official\n")
    return folder


def moved(report: SyncReport) -> Assembly:
    [claim] = report.claims
    return Assembly.objects.get(guid=claim.new_guid)


def test_both_live_on_each_in_its_domain(
    squatter: Assembly, folder: Path, library: PayloadStore, command: Actor
) -> None:
    flush()
    report = run(folder, library, command)

    official, own = Assembly.objects.get(guid=TAKEN), moved(report)
    assert (official.domain, official.display_name, official.deleted_at) == (Domain.OFFICIAL, "Number 7", None)
    assert library.read(official.read_content().payload) == b"echo official\n"
    assert (official.read_content().cloned_from, official.read_content().created_by) == (None, command.name)
    assert (own.domain, own.display_name, own.deleted_at) == (Domain.USER, "Mine", None)
    assert own.read_content().created_by == "olga"
    lineage = own.read_content().cloned_from
    assert lineage is not None
    assert (lineage.assembly_guid, lineage.domain, lineage.revision) == (TAKEN, "user", squatter.sequence)
    assert "echo mine" in own.search_text
    assert report.json()["claimed"] == [{"assembly_guid": TAKEN, "domain": "user", "new_assembly_guid": own.guid}]
    assert TAKEN in report.json()["added"]


def test_the_move_is_in_the_journal_the_audit_and_the_aliases(
    squatter: Assembly, folder: Path, library: PayloadStore, command: Actor
) -> None:
    own = moved(run(folder, library, command))
    entries = JournalEntry.objects.filter(assembly_guid__in=[TAKEN, own.guid]).order_by("sequence")
    assert [(entry.domain, entry.operation, bool(entry.content)) for entry in entries] == [
        ("user", Operation.CREATE, True),
        ("user", Operation.REKEY, False),
        ("user", Operation.REKEY, True),
        ("official", Operation.SYNC, True),
    ]
    assert len({entry.recorded_at for entry in list(entries)[1:]}) == 1
    assert own.guid in AuditEntry.objects.get(event=LibraryEvent.SYNC).detail
    assert SyncRecord.objects.get().counts["claimed"] == 1
    assert AssemblyAlias.objects.find_canonical(f"user/{TAKEN}") == own.guid
    assert AssemblyAlias.objects.find_canonical(TAKEN) == TAKEN
    registry = stored_registry()
    assert (registry.canonical_of(f"user/{TAKEN}"), registry.canonical_of(TAKEN)) == (own.guid, None)


def test_the_replicas_and_both_ways_of_loading_the_catalogue_follow(
    squatter: Assembly, folder: Path, library: PayloadStore, command: Actor
) -> None:
    catalogue = Catalogue(interval=timedelta(seconds=60))
    flush()
    catalogue.current()
    own = moved(run(folder, library, command))

    assert list(UserCreatedAssembly.objects.values_list("guid", flat=True)) == [own.guid]
    assert OfficialAssembly.objects.filter(guid=TAKEN).exists()
    assert pending_writes() == []
    assert_same(catalogue)
    assert catalogue.current().entries[TAKEN].domain == Domain.OFFICIAL
    assert not catalogue.current().waiting
    assert verify_library(library, now=timezone.now()).findings == []


def assert_same(catalogue: Catalogue) -> None:
    caught_up, reloaded = catalogue.current(), Catalogue(interval=timedelta(seconds=60)).current()
    assert {guid: entry.item(True) for guid, entry in caught_up.entries.items()} == {
        guid: entry.item(True) for guid, entry in reloaded.entries.items()
    }
    assert (caught_up.waiting, caught_up.queue) == (reloaded.waiting, reloaded.queue)


def assert_queued(catalogue: Catalogue, guids: set[str]) -> None:
    """Both ways of telling the queue agree, and of `guids` and the claimed one it holds `guids`."""
    queued = {write.guid for write in pending_writes()}
    assert queued == set(catalogue.current().waiting)
    assert queued & (guids | {TAKEN}) == guids


def test_what_the_earlier_domain_still_has_to_forget_is_no_pending_write_of_the_official_assembly(
    squatter: Assembly, folder: Path, library: PayloadStore, command: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = Catalogue(interval=timedelta(seconds=60))
    flush()
    catalogue.current()
    monkeypatch.setattr("assemblies.official.sync.flush", lambda domains: None)
    own = moved(run(folder, library, command))
    flush([Domain.OFFICIAL])
    assert not catalogue.current().entries[TAKEN].is_dirty
    assert_queued(catalogue, {own.guid})


@pytest.mark.parametrize("flushed_before", [False, True])
def test_the_waiting_queue_holds_while_neither_domain_is_flushed(
    squatter: Assembly,
    folder: Path,
    library: PayloadStore,
    command: Actor,
    monkeypatch: pytest.MonkeyPatch,
    flushed_before: bool,
) -> None:
    catalogue = Catalogue(interval=timedelta(seconds=60))
    if flushed_before:
        create(script("Other", guid=guid(1)), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
        flush()
    catalogue.current()
    monkeypatch.setattr("assemblies.official.sync.flush", lambda domains: None)
    own = moved(run(folder, library, command))

    entry = catalogue.current().entries[TAKEN]
    assert (entry.is_dirty, entry.last_persisted) == (True, None)
    assert_same(catalogue)
    assert_queued(catalogue, {TAKEN, own.guid})
    flush([Domain.USER])
    assert_same(catalogue)
    assert not catalogue.current().entries[own.guid].is_dirty
    flush()
    assert_same(catalogue)
    assert verify_library(library, now=timezone.now()).findings == []


def test_settings_notes_and_aliases_stay_with_the_row(
    squatter: Assembly, folder: Path, library: PayloadStore, command: Actor
) -> None:
    now = timezone.now()
    AssemblySetting.objects.create(
        assembly=squatter, category="approved", value="true", updated_at=now, updated_by="olga"
    )
    AssemblyNote.objects.create(
        assembly_guid=TAKEN, content="Works.", created_at=now, created_by="olga", updated_at=now
    )
    AssemblyAlias.objects.create(alias="scripts/mine.json", canonical_guid=TAKEN, domain="user", registered_at=now)

    own = moved(run(folder, library, command))

    assert AssemblySetting.objects.get().assembly_id == own.guid
    assert AssemblyNote.objects.get().assembly_guid == own.guid
    assert AssemblyAlias.objects.find_canonical("scripts/mine.json") == own.guid


def test_a_deleted_row_makes_way_too_and_can_be_brought_back(
    squatter: Assembly, folder: Path, library: PayloadStore, command: Actor, operator: Actor
) -> None:
    delete(TAKEN, permit=may_delete(operator))
    own = moved(run(folder, library, command))

    assert own.deleted_at is not None
    assert Assembly.objects.get(guid=TAKEN).domain == Domain.OFFICIAL
    filled = JournalEntry.objects.of_assembly(own.guid).exclude(content="").get()
    revert(own.guid, sequence=filled.sequence, permit=may_revert(operator), store=library)
    assert Assembly.objects.live().get(guid=own.guid).display_name == "Mine"
    assert verify_library(library, now=timezone.now()).findings == []


def test_what_it_was_copied_from_stays_its_origin(
    folder: Path, library: PayloadStore, command: Actor, operator: Actor
) -> None:
    origin = create(script("Origin"), domain=Domain.COMMUNITY, permit=may_create(command), store=library)
    clone(origin.guid, domain=Domain.USER, permit=may_clone(operator), new_guid=TAKEN)
    lineage = moved(run(folder, library, command)).read_content().cloned_from
    assert lineage is not None
    assert lineage.assembly_guid == origin.guid


def test_the_rows_earlier_revisions_cannot_be_brought_back_onto_the_catalogue(
    squatter: Assembly, folder: Path, library: PayloadStore, command: Actor
) -> None:
    run(folder, library, command)
    with pytest.raises(GuidInOtherDomain):
        revert(TAKEN, sequence=squatter.sequence, permit=may_revert(command), store=library)


def test_discarding_goes_back_to_what_the_official_database_holds(
    squatter: Assembly, folder: Path, library: PayloadStore, command: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds nothing under that GUID: the earlier owner's revisions are another domain's."""
    create(script("Other", guid=guid(1)), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    flush()
    monkeypatch.setattr("assemblies.official.sync.flush", lambda domains: None)
    run(folder, library, command)
    discard(TAKEN, permit=may_discard(command), store=library)
    assert Assembly.objects.get(guid=TAKEN).deleted_at is not None


def test_a_claim_that_is_undone_leaves_the_row_where_it_went(
    squatter: Assembly, folder: Path, library: PayloadStore, command: Actor
) -> None:
    own = moved(run(folder, library, command))
    report = undo_sync(permit=may_undo(command), store=library, allow_mass_removal=True)
    assert TAKEN in report.removed
    assert Assembly.objects.live().get(guid=own.guid).display_name == "Mine"
    assert run(folder, library, command).claims == []
    assert Assembly.objects.get(guid=TAKEN).display_name == "Number 7"
