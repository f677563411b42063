"""Discarding a pending write."""

import pytest

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.discard import discard
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.errors import AssemblyNotFound, Forbidden, NothingPending, RevisionConflict
from assemblies.journal.flush import flush
from assemblies.models import Assembly, UserCreatedAssembly
from assemblies.payloads import PayloadReference, PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_discard, may_update

pytestmark = pytest.mark.database


def test_a_pending_change_goes_back_to_what_the_domain_database_holds(library: PayloadStore, operator: Actor) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    flush()
    update(made.guid, {"summary": "Oops"}, payload=b"rm -rf /\n", permit=may_update(operator), store=library)
    receipt = discard(made.guid, permit=may_discard(operator), store=library)
    row = Assembly.objects.get()
    assert receipt.revision == 3
    assert (row.summary, row.search_text) == ("", "echo hello\n")
    flush()
    replica = UserCreatedAssembly.objects.get()
    assert (replica.content, replica.sequence) == (row.content, 3)


def test_a_pending_deletion_comes_back(library: PayloadStore, operator: Actor) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    flush()
    delete(made.guid, permit=may_delete(operator))
    discard(made.guid, permit=may_discard(operator), store=library)
    assert Assembly.objects.live().get().display_name == "Say hello"


def test_a_never_persisted_assembly_is_gone_again(library: PayloadStore, operator: Actor) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    receipt = discard(made.guid, permit=may_discard(operator), store=library)
    assert receipt.content is None
    assert not Assembly.objects.live().exists()
    flush()
    assert not UserCreatedAssembly.objects.exists()


def test_what_is_persisted_or_unknown_has_nothing_to_discard(library: PayloadStore, operator: Actor) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    flush()
    with pytest.raises(NothingPending):
        discard(made.guid, permit=may_discard(operator), store=library)
    with pytest.raises(AssemblyNotFound):
        discard("0" * 32, permit=may_discard(operator), store=library)


def test_only_who_may_write_the_domain_may_discard(
    library: PayloadStore, operator: Actor, viewer: Actor, command: Actor
) -> None:
    official = create(script(), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    for other in (viewer, operator):
        with pytest.raises(Forbidden):
            discard(official.guid, permit=may_discard(other), store=library)
    assert Assembly.objects.live().exists()


@pytest.mark.parametrize("meanwhile", ["flush", "update", "delete"])
def test_what_happened_while_the_payload_was_read_is_not_discarded(
    library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    made = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    flush()
    update(made.guid, {"summary": "Pending"}, permit=may_update(operator), store=library)
    read = PayloadStore.read

    def read_slowly(store: PayloadStore, reference: PayloadReference) -> bytes:
        monkeypatch.undo()
        if meanwhile == "flush":
            flush()
        elif meanwhile == "update":
            update(made.guid, {"summary": "By someone else"}, permit=may_update(operator), store=library)
        else:
            delete(made.guid, permit=may_delete(operator))
        return read(store, reference)

    monkeypatch.setattr(PayloadStore, "read", read_slowly)
    with pytest.raises(NothingPending if meanwhile == "flush" else RevisionConflict):
        discard(made.guid, permit=may_discard(operator), store=library)
    row = Assembly.objects.get()
    assert row.summary == ("By someone else" if meanwhile == "update" else "Pending")
    assert (row.deleted_at is not None) == (meanwhile == "delete")
