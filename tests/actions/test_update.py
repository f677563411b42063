"""Changing an assembly."""

import pytest

from assemblies.actions.change import Receipt
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.errors import AssemblyNotFound, DevModeRequired, Forbidden, RevisionConflict
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_update

pytestmark = pytest.mark.database


@pytest.fixture
def made(library: PayloadStore, operator: Actor) -> Receipt:
    return create(script(), domain=Domain.USER, permit=may_create(operator), store=library)


def test_fields_change_and_the_rest_stays(library: PayloadStore, operator: Actor, made: Receipt) -> None:
    receipt = update(made.guid, {"summary": "Greets"}, permit=may_update(operator), store=library)
    before, after = made.content, Assembly.objects.get().read_content()
    assert before is not None
    assert receipt.revision == 2
    assert (after.summary, after.display_name) == ("Greets", "Say hello")
    assert after.payload_guid == before.payload_guid
    assert after.content_hash != before.content_hash
    assert after.created_at == before.created_at
    assert after.updated_at > before.updated_at


def test_new_bytes_get_a_new_payload_and_the_old_one_stays(
    library: PayloadStore, operator: Actor, made: Receipt
) -> None:
    receipt = update(made.guid, {}, payload=b"echo bye\n", permit=may_update(operator), store=library)
    assert made.content is not None and receipt.content is not None
    assert set(library.guids()) == {made.content.payload_guid, receipt.content.payload_guid}
    assert Assembly.objects.get().search_text == "echo bye\n"


def test_the_same_values_make_no_new_revision(library: PayloadStore, operator: Actor, made: Receipt) -> None:
    receipt = update(
        made.guid, {"display_name": "Say hello"}, payload=b"echo hello\n", permit=may_update(operator), store=library
    )
    assert not receipt.changed
    assert receipt.revision == made.revision
    assert JournalEntry.objects.count() == 1
    assert len(list(library.guids())) == 1


def test_a_corrupt_payload_is_healed_by_sending_the_same_bytes(
    library: PayloadStore, operator: Actor, made: Receipt
) -> None:
    assert made.content is not None
    library.delete(made.content.payload_guid)
    receipt = update(made.guid, {}, payload=b"echo hello\n", permit=may_update(operator), store=library)
    assert receipt.changed
    assert receipt.content is not None
    assert receipt.content.payload_guid != made.content.payload_guid


def test_a_change_based_on_an_old_revision_is_refused(library: PayloadStore, operator: Actor, made: Receipt) -> None:
    update(made.guid, {"summary": "First"}, permit=may_update(operator), store=library)
    with pytest.raises(RevisionConflict) as caught:
        update(
            made.guid,
            {"summary": "Second"},
            payload=b"lost",
            permit=may_update(operator),
            store=library,
            expected_revision=made.revision,
        )
    assert caught.value.detail["revision"] == 2
    assert Assembly.objects.get().summary == "First"
    assert len(list(library.guids())) == 1


def test_the_type_decides_the_kind(library: PayloadStore, operator: Actor, made: Receipt) -> None:
    update(made.guid, {"type_name": "ansible"}, payload=b"- hosts: all\n", permit=may_update(operator), store=library)
    row = Assembly.objects.get()
    assert (row.kind, row.assembly_type) == ("ansible", "ansible")


def test_what_is_not_there_cannot_be_changed(library: PayloadStore, operator: Actor, made: Receipt) -> None:
    with pytest.raises(AssemblyNotFound):
        update("0" * 32, {"summary": "x"}, permit=may_update(operator), store=library)
    delete(made.guid, permit=may_delete(operator))
    with pytest.raises(AssemblyNotFound):
        update(made.guid, {"summary": "x"}, permit=may_update(operator), store=library)


def test_a_viewer_and_an_administrator_without_dev_mode_are_refused(
    library: PayloadStore, viewer: Actor, administrator: Actor, command: Actor, made: Receipt
) -> None:
    with pytest.raises(Forbidden):
        update(made.guid, {"summary": "x"}, permit=may_update(viewer), store=library)
    official = create(script("Official"), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    with pytest.raises(DevModeRequired):
        update(official.guid, {"summary": "x"}, payload=b"evil", permit=may_update(administrator), store=library)
    assert set(Assembly.objects.values_list("summary", flat=True)) == {""}
    assert len(list(library.guids())) == 2
