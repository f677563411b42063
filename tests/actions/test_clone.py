"""Copying an assembly."""

import pytest

from assemblies.actions.change import Receipt
from assemblies.actions.clone import clone
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.domains import Domain
from assemblies.errors import AssemblyNotFound, DevModeRequired, Forbidden, GuidTaken
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_clone, may_create, may_delete


@pytest.fixture
def official(library: PayloadStore, command: Actor) -> Receipt:
    document = script("Official", metadata={"source_path": "scripts/official.json", "owner": "ops"})
    return create(document, domain=Domain.OFFICIAL, permit=may_create(command), store=library)


def test_a_copy_has_its_own_guid_and_name_and_knows_its_origin(operator: Actor, official: Receipt) -> None:
    receipt = clone(official.guid, domain=Domain.USER, permit=may_clone(operator))
    assert official.content is not None and receipt.content is not None
    lineage = receipt.content.cloned_from
    assert receipt.guid != official.guid
    assert receipt.content.display_name == "Official (copy)"
    assert lineage is not None
    assert (lineage.assembly_guid, lineage.revision) == (official.guid, official.revision)
    assert lineage.content_hash == official.content.content_hash
    assert receipt.content.created_by == "olga"


def test_h13_a_copy_does_not_answer_to_the_path_of_its_origin(operator: Actor, official: Receipt) -> None:
    receipt = clone(official.guid, domain=Domain.USER, permit=may_clone(operator), display_name="Mine")
    assert receipt.content is not None
    assert receipt.content.metadata == {"owner": "ops"}
    assert receipt.content.display_name == "Mine"


def test_a_copy_shares_the_payload_and_its_text(library: PayloadStore, operator: Actor, official: Receipt) -> None:
    receipt = clone(official.guid, domain=Domain.USER, permit=may_clone(operator))
    assert official.content is not None and receipt.content is not None
    assert receipt.content.payload_guid == official.content.payload_guid
    assert len(list(library.guids())) == 1
    assert Assembly.objects.get(guid=receipt.guid).search_text == "echo hello\n"


def test_a_copy_may_be_given_a_free_guid_only(operator: Actor, official: Receipt) -> None:
    new_guid = "a" * 40
    assert clone(official.guid, domain=Domain.USER, permit=may_clone(operator), new_guid=new_guid).guid == new_guid
    with pytest.raises(GuidTaken):
        clone(official.guid, domain=Domain.USER, permit=may_clone(operator), new_guid=new_guid)


def test_who_may_not_write_a_domain_may_not_copy_into_it(
    viewer: Actor, operator: Actor, administrator: Actor, official: Receipt
) -> None:
    with pytest.raises(Forbidden):
        clone(official.guid, domain=Domain.USER, permit=may_clone(viewer))
    with pytest.raises(Forbidden):
        clone(official.guid, domain=Domain.COMMUNITY, permit=may_clone(operator))
    with pytest.raises(DevModeRequired):
        clone(official.guid, domain=Domain.COMMUNITY, permit=may_clone(administrator))
    assert Assembly.objects.count() == 1


def test_what_is_gone_cannot_be_copied(operator: Actor, command: Actor, official: Receipt) -> None:
    delete(official.guid, permit=may_delete(command))
    with pytest.raises(AssemblyNotFound):
        clone(official.guid, domain=Domain.USER, permit=may_clone(operator))
