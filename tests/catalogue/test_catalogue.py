"""The read model: what it says of entries, the queue and itself."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.catalogue import (
    Catalogue,
    CatalogueEntry,
    library_catalogue,
)
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.models import (
    Assembly,
    Flush,
    Watermark,
)
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_clone, may_create, may_delete, may_update

pytestmark = pytest.mark.database


def test_an_empty_library_is_an_empty_catalogue(catalogue: Catalogue) -> None:
    snapshot = catalogue.current()
    assert snapshot.entries == {}
    assert snapshot.queue == {
        "pending": 0,
        "oldest_staged_at": None,
        "last_flush_at": None,
        "next_flush_at": None,
        "errors": [],
    }


def test_a_dirty_entry_says_since_when_and_a_persisted_one_says_when(
    catalogue: Catalogue, library: PayloadStore, operator: Actor
) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)

    def entry() -> CatalogueEntry:
        return catalogue.current().entries[made.guid]

    assert entry().is_dirty and entry().last_persisted is None
    flush()
    persisted_at = Flush.objects.get().flushed_at
    assert not entry().is_dirty and entry().last_persisted == persisted_at
    update(made.guid, {"summary": "x"}, permit=may_update(operator), store=library)
    assert entry().is_dirty and entry().last_persisted == persisted_at
    assert entry().dirty_since == Assembly.objects.get().updated_at
    flush()
    assert entry().last_persisted > persisted_at  # type: ignore[operator]


def test_an_unchanged_library_costs_one_query(catalogue: Catalogue, library: PayloadStore, operator: Actor) -> None:
    create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    catalogue.current()
    with CaptureQueriesContext(connection) as queries:
        assert catalogue.current() is catalogue.current()
    assert len(queries) == 2


def test_the_etag_changes_with_a_write_a_flush_and_the_role(
    catalogue: Catalogue, library: PayloadStore, operator: Actor
) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    seen = {catalogue.current().etag(False), catalogue.current().etag(True)}
    entries = {catalogue.current().entries[made.guid].etag(role) for role in (True, False)}
    flush()
    seen.add(catalogue.current().etag(False))
    entries.add(catalogue.current().entries[made.guid].etag(False))
    update(made.guid, {"summary": "x"}, permit=may_update(operator), store=library)
    seen.add(catalogue.current().etag(False))
    entries.add(catalogue.current().entries[made.guid].etag(False))
    assert len(seen) == len(entries) == 4


def test_payload_guids_are_for_administrators(catalogue: Catalogue, library: PayloadStore, operator: Actor) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    entry = catalogue.current().entries[made.guid]
    assert made.content is not None
    assert entry.item(administrator=True)["payload_guid"] == made.content.payload_guid
    assert "payload_guid" not in entry.item(administrator=False)


def test_the_queue_tells_of_age_errors_and_the_next_flush(
    catalogue: Catalogue, library: PayloadStore, operator: Actor
) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    staged_at = Assembly.objects.get().updated_at
    queue = catalogue.current().queue
    assert (queue["pending"], queue["oldest_staged_at"]) == (1, staged_at)
    assert queue["next_flush_at"] == staged_at + timedelta(seconds=60)
    Watermark.objects.using("user_created").create(domain=Domain.USER, journal_id="another")
    flush()
    [error] = catalogue.current().queue["errors"]
    assert (error["domain"], error["attempts"]) == ("user", 1)
    assert catalogue.current().entries[made.guid].is_dirty


@pytest.mark.django_db(databases="__all__")
def test_the_process_has_one_catalogue_and_its_interval_is_a_setting(settings: Settings) -> None:
    assert library_catalogue() is library_catalogue()
    settings.FLUSH_INTERVAL_SECONDS = 7
    assert library_catalogue().current().flush_interval == timedelta(seconds=7)


def test_a_copys_tag_changes_when_its_original_goes(
    catalogue: Catalogue, library: PayloadStore, operator: Actor
) -> None:
    origin = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    copy = clone(origin.guid, domain=Domain.USER, permit=may_clone(operator))

    def entry() -> CatalogueEntry:
        return catalogue.current().entries[copy.guid]

    before = entry()
    delete(origin.guid, permit=may_delete(operator))
    assert before.item(False) != entry().item(False)
    assert before.etag(False) != entry().etag(False)
