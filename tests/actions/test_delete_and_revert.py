"""Deleting an assembly and bringing revisions back."""

import pytest

from assemblies.actions.change import Receipt
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.revert import revert
from assemblies.actions.update import update
from assemblies.domains import Domain, Operation
from assemblies.errors import (
    AssemblyNotFound,
    DevModeRequired,
    Forbidden,
    PayloadMissing,
    RevisionConflict,
    RevisionNotFound,
)
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_revert, may_update

pytestmark = pytest.mark.database


@pytest.fixture
def made(library: PayloadStore, operator: Actor) -> Receipt:
    return create(script(), domain=Domain.USER, permit=may_create(operator), store=library)


def test_a_deleted_assembly_keeps_its_row_and_its_history(operator: Actor, made: Receipt) -> None:
    receipt = delete(made.guid, permit=may_delete(operator))
    row = Assembly.objects.get()
    assert receipt.content is None
    assert row.deleted_at is not None
    assert JournalEntry.objects.get(sequence=2).content == ""
    assert JournalEntry.objects.get(sequence=1).content == row.content


def test_deleting_twice_says_that_it_is_gone(operator: Actor, made: Receipt) -> None:
    delete(made.guid, permit=may_delete(operator))
    with pytest.raises(AssemblyNotFound):
        delete(made.guid, permit=may_delete(operator))


def test_deleting_needs_the_right_revision_when_one_is_named(operator: Actor, made: Receipt) -> None:
    with pytest.raises(RevisionConflict):
        delete(made.guid, permit=may_delete(operator), expected_revision=made.revision + 1)
    with pytest.raises(AssemblyNotFound):
        delete("0" * 32, permit=may_delete(operator), expected_revision=1)
    with pytest.raises(AssemblyNotFound):
        delete("0" * 32, permit=may_delete(operator))


def test_people_of_other_domains_may_not_delete(
    library: PayloadStore, viewer: Actor, administrator: Actor, command: Actor, made: Receipt
) -> None:
    official = create(script("Official"), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    with pytest.raises(Forbidden):
        delete(made.guid, permit=may_delete(viewer))
    with pytest.raises(DevModeRequired):
        delete(official.guid, permit=may_delete(administrator))
    assert not Assembly.objects.deleted().exists()


def test_a_revert_is_a_new_revision_with_the_old_content(library: PayloadStore, operator: Actor, made: Receipt) -> None:
    update(made.guid, {"summary": "Worse"}, payload=b"echo worse\n", permit=may_update(operator), store=library)
    receipt = revert(made.guid, sequence=made.revision, permit=may_revert(operator), store=library)
    row = Assembly.objects.get()
    assert made.content is not None
    assert receipt.revision == 3
    assert receipt.operation == Operation.REVERT
    assert (row.summary, row.search_text) == ("", "echo hello\n")
    assert row.payload_guid == made.content.payload_guid


def test_a_revert_brings_a_deleted_assembly_back(library: PayloadStore, operator: Actor, made: Receipt) -> None:
    delete(made.guid, permit=may_delete(operator))
    receipt = revert(made.guid, sequence=made.revision, permit=may_revert(operator), store=library)
    row = Assembly.objects.get()
    assert receipt.created
    assert (row.deleted_at, row.display_name) == (None, "Say hello")


def test_only_a_revision_with_content_can_be_reverted_to(library: PayloadStore, operator: Actor, made: Receipt) -> None:
    delete(made.guid, permit=may_delete(operator))
    for sequence in (2, 99):
        with pytest.raises(RevisionNotFound):
            revert(made.guid, sequence=sequence, permit=may_revert(operator), store=library)


def test_a_revision_whose_payload_is_lost_is_not_brought_back(
    library: PayloadStore, operator: Actor, made: Receipt
) -> None:
    update(made.guid, {}, payload=b"echo two\n", permit=may_update(operator), store=library)
    assert made.content is not None
    library.delete(made.content.payload_guid)
    with pytest.raises(PayloadMissing):
        revert(made.guid, sequence=made.revision, permit=may_revert(operator), store=library)
    assert Assembly.objects.get().search_text == "echo two\n"


def test_a_viewer_may_not_revert(library: PayloadStore, viewer: Actor, made: Receipt) -> None:
    with pytest.raises(Forbidden):
        revert(made.guid, sequence=made.revision, permit=may_revert(viewer), store=library)
