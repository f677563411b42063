"""Small payloads are committed with the journal, read from there, and get their files with the flush."""

import hashlib
from pathlib import Path

import pytest
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.actions.staging import MAX_JOURNALED_BYTES
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.errors import Forbidden, PayloadCorrupt, PayloadStoreMissing
from assemblies.inspection.verify import verify_library
from assemblies.journal.flush import flush
from assemblies.models import Assembly, DomainState, JournaledPayload, StoreMark
from assemblies.models.journaled_payload import JournaledPayloadManager
from assemblies.payloads import PayloadReference, PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_import, may_update

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("library")]
SMALL = b"echo hello\n"


def made(operator: Actor, store: PayloadStore, payload: bytes = SMALL, name: str = "One") -> PayloadReference:
    receipt = create(script(name, payload), domain=Domain.USER, permit=may_create(operator), store=store)
    assert receipt.content is not None
    return receipt.content.references[0]


def files(store: PayloadStore) -> list[Path]:
    return sorted(Path(store.storage.path("")).glob("*/*"))


def test_a_small_payload_is_a_row_until_the_flush_and_a_file_after_it(operator: Actor, store: PayloadStore) -> None:
    reference = made(operator, store)
    assert (files(store), list(JournaledPayload.objects.values_list("guid", "sha256"))) == (
        [],
        [(reference.guid, hashlib.sha256(SMALL).hexdigest())],
    )
    assert (store.read(reference), b"".join(store.stream(reference))) == (SMALL, SMALL)
    assert store.is_whole(reference)
    assert store.has(reference.guid)
    assert verify_library(store, now=timezone.now()).findings == []
    assert flush()["user"] == 1
    assert not JournaledPayload.objects.exists()
    assert [file.read_bytes() for file in files(store)] == [SMALL]
    assert store.read(reference) == SMALL
    assert verify_library(PayloadStore(store.storage), now=timezone.now()).findings == []


def test_a_larger_one_and_those_of_an_import_are_files_at_once(operator: Actor, store: PayloadStore) -> None:
    made(operator, store, bytes(MAX_JOURNALED_BYTES + 1))
    import_documents(
        [script("Two", SMALL)],
        domain=Domain.USER,
        on_conflict=OnConflict.FAIL,
        permit=may_import(operator),
        store=store,
    )
    assert (len(files(store)), JournaledPayload.objects.count()) == (2, 0)


def test_what_comes_to_nothing_leaves_no_row(operator: Actor, viewer: Actor, store: PayloadStore) -> None:
    made(operator, store)
    guid = Assembly.objects.get().guid
    with pytest.raises(Forbidden):
        made(viewer, store)
    assert not update(guid, {}, payload=SMALL, permit=may_update(operator), store=store).changed
    assert JournaledPayload.objects.count() == 1
    assert files(store) == []


def test_a_file_that_came_between_two_looks_is_read(operator: Actor, store: PayloadStore) -> None:
    reference = made(operator, store)

    class FlushedMeanwhile(JournaledPayloadManager):
        def find_content(self, _guid: str) -> None:
            flush()

    assert PayloadStore(store.storage, journaled=FlushedMeanwhile()).read(reference) == SMALL


def test_a_damaged_row_is_never_served_nor_made_a_file(operator: Actor, store: PayloadStore) -> None:
    damaged, whole = made(operator, store), made(operator, store, b"echo whole\n", "Two")
    JournaledPayload.objects.filter(guid=damaged.guid).update(content=b"echo hullo\n")
    flush()
    assert list(JournaledPayload.objects.values_list("guid", flat=True)) == [damaged.guid]
    assert store.read(whole) == b"echo whole\n"
    with pytest.raises(PayloadCorrupt):
        store.read(damaged)
    assert [one.kind for one in verify_library(store, now=timezone.now()).findings] == ["payload_corrupt"]


def test_no_domain_is_persisted_while_its_payloads_cannot_get_files(operator: Actor, store: PayloadStore) -> None:
    store.marker.write("this-library")
    StoreMark.objects.create(journal_id="this-library", marked_at=timezone.now())
    reference = made(operator, store)
    store.marker.write("another-library")
    assert flush()["user"] == 0
    state = DomainState.objects.get(domain=Domain.USER)
    assert (state.persisted_sequence, state.last_error) == (0, str(PayloadStoreMissing().message))
    with pytest.raises(PayloadStoreMissing):
        made(operator, store, b"another\n", "Two")
    assert store.read(reference) == SMALL
    store.marker.write("this-library")
    assert flush()["user"] == 1
    assert not JournaledPayload.objects.exists()


def test_a_file_of_a_crashed_flush_is_written_again(operator: Actor, store: PayloadStore) -> None:
    reference = made(operator, store)
    folder = Path(store.storage.path(reference.guid))
    folder.mkdir()
    (folder / "payload.0123456789abcdef.tmp").write_bytes(b"torn")
    (folder / "payload").write_bytes(SMALL)
    flush()
    assert (folder / "payload").read_bytes() == SMALL
    assert not JournaledPayload.objects.exists()
