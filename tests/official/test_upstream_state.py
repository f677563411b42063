"""How an official assembly stands: every case of three hashes, and the same answer from rows and from the catalogue."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.revert import revert
from assemblies.actions.update import update
from assemblies.catalogue import Catalogue, ListParameters, find_list
from assemblies.catalogue.origins import find_upstream_state, upstream_state
from assemblies.domains import Domain, UpstreamState
from assemblies.journal.flush import flush
from assemblies.models import Assembly
from assemblies.official.sync import sync
from assemblies.official.undo import undo_sync
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.official.published_folder import guid, publish, publish_many, source_of
from tests.permits import may_create, may_delete, may_revert, may_sync, may_undo, may_update

NONE, ONE, TWO, THREE = "", "1" * 64, "2" * 64, "3" * 64


@pytest.mark.parametrize(
    ("local", "applied", "upstream", "state"),
    [
        (ONE, ONE, ONE, UpstreamState.UP_TO_DATE),
        (TWO, ONE, TWO, UpstreamState.UP_TO_DATE),
        (ONE, None, ONE, UpstreamState.UP_TO_DATE),
        (ONE, ONE, TWO, UpstreamState.UPDATE_AVAILABLE),
        (TWO, ONE, ONE, UpstreamState.LOCALLY_MODIFIED),
        (NONE, ONE, ONE, UpstreamState.LOCALLY_MODIFIED),
        (ONE, None, NONE, UpstreamState.LOCALLY_MODIFIED),
        (TWO, ONE, THREE, UpstreamState.DIVERGED),
        (NONE, ONE, TWO, UpstreamState.DIVERGED),
        (TWO, None, ONE, UpstreamState.DIVERGED),
        (NONE, NONE, ONE, UpstreamState.NEW_UPSTREAM),
        (NONE, None, ONE, UpstreamState.NEW_UPSTREAM),
        (ONE, ONE, NONE, UpstreamState.REMOVED_UPSTREAM),
        (TWO, ONE, NONE, UpstreamState.REMOVED_UPSTREAM),
        (ONE, NONE, NONE, UpstreamState.REMOVED_UPSTREAM),
        (NONE, NONE, NONE, UpstreamState.REMOVED_UPSTREAM),
        (NONE, None, NONE, None),
    ],
)
def test_three_hashes_decide(local: str, applied: str | None, upstream: str, state: UpstreamState | None) -> None:
    assert upstream_state(local=local, applied=applied, upstream=upstream) == state


@pytest.fixture
def catalogue(library: PayloadStore) -> Catalogue:
    return Catalogue(interval=timedelta(seconds=60))


@pytest.fixture
def folder(tmp_path: Path, store: PayloadStore, command: Actor, library: PayloadStore) -> Path:
    folder = tmp_path / "published"
    publish_many(folder, 6)
    return folder


def states(catalogue: Catalogue) -> dict[int, Any]:
    """Return each state by document number, after making sure that all three ways of asking agree."""
    entries = catalogue.current().entries
    reloaded = Catalogue(interval=timedelta(seconds=60)).current().entries
    found = {}
    for row in Assembly.objects.of_domain(Domain.OFFICIAL):
        entry = entries[row.guid]
        assert entry.upstream_state == reloaded[row.guid].upstream_state == find_upstream_state(row)
        assert entry.item(administrator=False)["upstream_state"] == entry.upstream_state
        found[int(row.guid, 16)] = entry.upstream_state
    return found


def test_nothing_is_said_before_the_source_was_read(
    catalogue: Catalogue, library: PayloadStore, command: Actor, operator: Actor
) -> None:
    create(script("Made here", guid=guid(1)), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    assert states(catalogue) == {1: None}
    own = create(script("Own"), domain=Domain.USER, permit=may_create(operator), store=library)
    assert catalogue.current().entries[own.guid].upstream_state is None


def test_states_follow_syncs_edits_and_their_undoing(
    catalogue: Catalogue, folder: Path, library: PayloadStore, command: Actor
) -> None:
    def run(**options: Any) -> None:
        sync(source_of(folder), permit=may_sync(command), store=library, **options)

    run()
    assert set(states(catalogue).values()) == {UpstreamState.UP_TO_DATE}

    update(guid(1), {"summary": "Ours."}, permit=may_update(command), store=library)
    update(guid(2), {"summary": "Ours."}, permit=may_update(command), store=library)
    delete(guid(3), permit=may_delete(command))
    update(guid(5), {"summary": "Ours."}, permit=may_update(command), store=library)
    create(script("Made here", guid=guid(9)), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    assert states(catalogue) == {
        1: UpstreamState.LOCALLY_MODIFIED,
        2: UpstreamState.LOCALLY_MODIFIED,
        3: UpstreamState.LOCALLY_MODIFIED,
        4: UpstreamState.UP_TO_DATE,
        5: UpstreamState.LOCALLY_MODIFIED,
        6: UpstreamState.UP_TO_DATE,
        9: UpstreamState.LOCALLY_MODIFIED,
    }
    publish(folder, 2, description="Theirs.")
    publish(folder, 4, description="Theirs.")
    (folder / "scripts/linux/number-5.json").unlink()
    (folder / "scripts/linux/number-6.json").unlink()
    run(keep_local=True)
    assert states(catalogue) == {
        1: UpstreamState.LOCALLY_MODIFIED,
        2: UpstreamState.DIVERGED,
        3: UpstreamState.LOCALLY_MODIFIED,
        4: UpstreamState.UP_TO_DATE,
        5: UpstreamState.REMOVED_UPSTREAM,
        6: UpstreamState.REMOVED_UPSTREAM,
        9: UpstreamState.LOCALLY_MODIFIED,
    }
    undo_sync(permit=may_undo(command), store=library, allow_mass_removal=True)
    undone = states(catalogue)
    assert (undone[4], undone[6]) == (UpstreamState.UPDATE_AVAILABLE, UpstreamState.REMOVED_UPSTREAM)
    run()
    assert {state for number, state in states(catalogue).items() if number in {1, 2, 3, 4}} == {
        UpstreamState.UP_TO_DATE
    }


def test_many_questions_to_the_journal_are_asked_as_one(
    catalogue: Catalogue, folder: Path, library: PayloadStore, command: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(source_of(folder), permit=may_sync(command), store=library)
    for number in (1, 2):
        update(guid(number), {"summary": "Ours."}, permit=may_update(command), store=library)
    few = states(catalogue)
    monkeypatch.setattr("assemblies.catalogue.origins.MAX_GUIDS_IN_QUERY", 1)
    assert states(catalogue) == few


def test_a_first_sync_that_is_undone_leaves_everything_new_upstream(
    catalogue: Catalogue, folder: Path, library: PayloadStore, command: Actor
) -> None:
    sync(source_of(folder), permit=may_sync(command), store=library)
    undo_sync(permit=may_undo(command), store=library, allow_mass_removal=True)
    assert set(states(catalogue).values()) == {UpstreamState.NEW_UPSTREAM}


def test_an_edit_that_was_brought_back_is_up_to_date_again(
    catalogue: Catalogue, folder: Path, library: PayloadStore, command: Actor
) -> None:
    sync(source_of(folder), permit=may_sync(command), store=library)
    published = Assembly.objects.get(guid=guid(1)).sequence
    update(guid(1), {"summary": "Ours."}, permit=may_update(command), store=library)
    assert states(catalogue)[1] == UpstreamState.LOCALLY_MODIFIED
    revert(guid(1), sequence=published, permit=may_revert(command), store=library)
    assert states(catalogue)[1] == UpstreamState.UP_TO_DATE


def test_a_file_that_cannot_be_read_now_says_what_it_said_before(
    catalogue: Catalogue, folder: Path, library: PayloadStore, command: Actor
) -> None:
    sync(source_of(folder), permit=may_sync(command), store=library)
    (folder / "scripts/linux/number-3.json").write_text("{")
    publish(folder, 4, description="Theirs.")
    sync(source_of(folder), permit=may_sync(command), store=library)
    assert states(catalogue)[3] == UpstreamState.UP_TO_DATE


def test_a_sync_that_only_learns_something_changes_the_etags(
    catalogue: Catalogue, folder: Path, library: PayloadStore, command: Actor
) -> None:
    sync(source_of(folder), permit=may_sync(command), store=library)
    update(guid(1), {"summary": "Ours."}, permit=may_update(command), store=library)
    update(guid(2), {"summary": "Ours."}, permit=may_update(command), store=library)
    flush()
    before = catalogue.current()
    publish(folder, 1, description="Theirs.")
    sync(source_of(folder), permit=may_sync(command), store=library, keep_local=True)
    after = catalogue.current()
    assert after.position.sequence == before.position.sequence
    assert after.etag(False) != before.etag(False)
    assert after.entries[guid(1)].etag(False) != before.entries[guid(1)].etag(False)
    assert after.entries[guid(2)] is before.entries[guid(2)]


def test_the_list_is_filtered_by_state(
    catalogue: Catalogue, folder: Path, library: PayloadStore, command: Actor
) -> None:
    sync(source_of(folder), permit=may_sync(command), store=library)
    update(guid(1), {"summary": "Ours."}, permit=may_update(command), store=library)
    page = find_list(catalogue.current(), ListParameters(upstream_state=UpstreamState.LOCALLY_MODIFIED))
    assert [entry.guid for entry in page.entries] == [guid(1)]
