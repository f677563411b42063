"""Catching up with the journal comes to the same as reading the library again."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.discard import discard
from assemblies.actions.update import update
from assemblies.catalogue import (
    ORDERINGS,
    Catalogue,
    ListParameters,
    Snapshot,
    find_list,
)
from assemblies.catalogue import catalogue as catalogue_module
from assemblies.catalogue.facets import find_facets
from assemblies.catalogue.parameters import Filters
from assemblies.catalogue.selection import selected_guids
from assemblies.catalogue.snapshot import Persistence
from assemblies.domains import Domain
from assemblies.journal.flush import flush, flush_domain
from assemblies.models import (
    Assembly,
    Flush,
    JournalEntry,
    JournalHead,
    SyncRecord,
    UpstreamDocument,
)
from assemblies.models.columns import project
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_clone, may_create, may_delete, may_discard, may_update

pytestmark = pytest.mark.database


def loaded_again() -> Snapshot:
    return Catalogue(interval=timedelta(seconds=60)).current()


def facts(snapshot: Snapshot) -> dict[str, dict[str, object]]:
    return {guid: entry.item(administrator=True) for guid, entry in snapshot.entries.items()}


def test_catching_up_and_reloading_come_to_the_same(
    catalogue: Catalogue, library: PayloadStore, operator: Actor, command: Actor
) -> None:
    """Step by step through every kind of change, flushes between them."""

    def check() -> None:
        caught_up, reloaded = catalogue.current(), loaded_again()
        assert facts(caught_up) == facts(reloaded)
        assert caught_up.queue == reloaded.queue
        assert caught_up.waiting == reloaded.waiting
        assert caught_up.position == reloaded.position
        assert caught_up.etag(False) == reloaded.etag(False)

    check()
    first = create(script("First"), domain=Domain.USER, permit=may_create(operator), store=library)
    check()
    official = create(script("Official"), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    check()
    flush_domain(Domain.USER)
    check()
    update(first.guid, {"summary": "1"}, permit=may_update(operator), store=library)
    update(first.guid, {"summary": "2"}, permit=may_update(operator), store=library)
    check()
    copy = clone(official.guid, domain=Domain.USER, permit=may_clone(operator))
    check()
    flush()
    check()
    delete(copy.guid, permit=may_delete(operator))
    update(first.guid, {"summary": "3"}, payload=b"new", permit=may_update(operator), store=library)
    check()
    discard(first.guid, permit=may_discard(operator), store=library)
    check()
    flush()
    check()


def test_a_library_that_went_back_and_on_under_a_running_process_is_read_again(
    catalogue: Catalogue, library: PayloadStore, operator: Actor
) -> None:
    """As when `default` is restored under a server that keeps running, and written again before it looks."""
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    update(made.guid, {"summary": "Lost"}, permit=may_update(operator), store=library)
    lost = catalogue.current()
    with_update = JournalEntry.objects.get(sequence=2)
    Assembly.objects.all().delete()
    JournalEntry.objects.filter(sequence__gt=1).delete()
    first = JournalEntry.objects.get()
    content = first.read_content()
    assert content is not None
    Assembly.objects.create(guid=made.guid, domain="user", sequence=1, **project(content))
    JournalHead.objects.update(sequence=1, hash=first.hash)
    update(made.guid, {"summary": "Instead"}, permit=may_update(operator), store=library)
    assert JournalEntry.objects.get(sequence=2).hash != with_update.hash
    found = catalogue.current()
    assert found.entries[made.guid].content.summary == "Instead"
    assert found.etag(False) != lost.etag(False)
    create(script("Another"), domain=Domain.USER, permit=may_create(operator), store=library)
    assert facts(catalogue.current()) == facts(loaded_again())


def test_a_write_while_the_library_is_loaded_keeps_what_was_persisted_before(
    catalogue: Catalogue, library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    flush()
    read_persistence = catalogue_module._read_persistence

    def write_meanwhile(*arguments: Any) -> Persistence:
        monkeypatch.undo()
        update(made.guid, {"summary": "x"}, permit=may_update(operator), store=library)
        return read_persistence(*arguments)

    monkeypatch.setattr(catalogue_module, "_read_persistence", write_meanwhile)
    entry = catalogue.current().entries[made.guid]
    assert entry.is_dirty
    assert entry.last_persisted == Flush.objects.get().flushed_at
    assert facts(catalogue.current()) == facts(loaded_again())


def test_a_refused_sync_numbered_after_one_under_way_does_not_hide_it(
    catalogue: Catalogue, library: PayloadStore, command: Actor
) -> None:
    """On PostgreSQL a refusal may be numbered after a sync that is not committed yet, and be seen before it."""
    made = create(script(), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    assert made.content is not None
    SyncRecord.objects.create(pk=8, recorded_at=timezone.now(), outcome=SyncRecord.Outcome.REFUSED)
    catalogue.current()
    UpstreamDocument.objects.create(guid=made.guid, content_hash=made.content.content_hash, path="a.json")
    SyncRecord.objects.create(pk=7, recorded_at=timezone.now(), outcome=SyncRecord.Outcome.DONE)
    assert catalogue.current().entries[made.guid].upstream_state == "up_to_date"


def test_a_flush_is_learnt_without_reading_all_earlier_ones(
    catalogue: Catalogue, library: PayloadStore, operator: Actor
) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    flush()
    catalogue.current()
    Flush.objects.all().delete()
    update(made.guid, {"summary": "x"}, permit=may_update(operator), store=library)
    earlier = catalogue.current().entries[made.guid].last_persisted
    flush()
    latest = catalogue.current().entries[made.guid].last_persisted
    assert earlier is not None and latest is not None
    assert latest > earlier
    assert [len(times) for times in catalogue.current().persistence.flushes.values()] == [0, 0, 2]


def test_selections_are_carried_on_as_if_made_again(
    catalogue: Catalogue, library: PayloadStore, operator: Actor, command: Actor
) -> None:
    """Equal names, keys and GUIDs new, changed, flushed, restored and gone, in each order and by each filter."""
    orderings = [f"{sign}{name}" for name in ORDERINGS for sign in ("", "-")]
    filters = [
        Filters(),
        Filters(deleted=True),
        Filters(domain=Domain.USER),
        Filters(type="bash", tag="ODD"),
        Filters(category="even"),
        Filters(dirty=True),
        Filters(origin_changed=True),
    ]
    selections = [(ordering, None) for ordering in orderings] + [("-updated_at", one) for one in filters]

    guids: list[str] = []

    def check() -> None:
        caught_up, reloaded = catalogue.current(), loaded_again()
        for selection in selections:
            assert selected_guids(caught_up, *selection) == selected_guids(reloaded, *selection), selection
        now, sets = timezone.now(), {"flagged": set(guids[::2])}
        for one in filters:
            parameters = ListParameters(**asdict(one))
            kept, fresh = (find_facets(find_list(of, parameters), now=now, sets=sets) for of in (caught_up, reloaded))
            assert kept == fresh, one

    for n, name in enumerate(["b", "a", "B", "a", "ä", "c"]):
        document = script(name, b"x" * (n % 3), category="even" if n % 2 else "odd", tags=["odd"] if n % 2 else [])
        guids.append(create(document, domain=Domain.USER, permit=may_create(operator), store=library).guid)
        check()
    create(script("a"), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    clone(guids[2], domain=Domain.USER, permit=may_clone(operator))
    check()
    update(guids[0], {"display_name": "z", "category": "even"}, permit=may_update(operator), store=library)
    update(guids[2], {"tags": ["Odd"]}, permit=may_update(operator), store=library)
    delete(guids[1], permit=may_delete(operator))
    check()
    by_name = selected_guids(catalogue.current(), "display_name")
    flush()
    assert selected_guids(catalogue.current(), "display_name") is by_name
    check()
