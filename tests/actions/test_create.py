"""Creating an assembly."""

import pytest

from assemblies.actions.change import Event
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.domains import Domain, Operation
from assemblies.errors import DevModeRequired, Forbidden, GuidInOtherDomain, GuidTaken
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.permits import may_create, may_delete

pytestmark = pytest.mark.database


def test_a_created_assembly_is_in_the_working_copy_the_journal_and_the_audit(
    library: PayloadStore, operator: Actor
) -> None:
    receipt = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)

    row = Assembly.objects.get(guid=receipt.guid)
    entry = JournalEntry.objects.get(sequence=receipt.revision)
    audit = AuditEntry.objects.get()
    assert receipt.created
    assert row.content == entry.content
    assert row.sequence == entry.sequence == 1
    assert entry.operation == Operation.CREATE
    assert row.search_text == "echo hello\n"
    assert (audit.event, audit.actor, audit.outcome, audit.assembly_guid) == (
        "assembly.create",
        "olga",
        "success",
        receipt.guid,
    )


def test_the_payload_is_in_the_store_under_a_guid_of_its_own(library: PayloadStore, operator: Actor) -> None:
    receipt = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    assert receipt.content is not None
    assert list(library.guids()) == [receipt.content.payload_guid]
    assert receipt.content.payload_guid != receipt.guid


@pytest.mark.parametrize("domain", Domain)
def test_a_viewer_may_create_nowhere(library: PayloadStore, viewer: Actor, domain: Domain) -> None:
    with pytest.raises(Forbidden):
        create(script(), domain=domain, permit=may_create(viewer), store=library)
    assert not Assembly.objects.exists()
    assert not list(library.guids())


def test_a_denial_is_audited(library: PayloadStore, viewer: Actor) -> None:
    with pytest.raises(Forbidden):
        create(script(), domain=Domain.USER, permit=may_create(viewer), store=library)
    audit = AuditEntry.objects.get()
    assert (audit.actor, audit.outcome, audit.scope) == ("vera", "denied", "user")


@pytest.mark.parametrize("domain", [Domain.OFFICIAL, Domain.COMMUNITY])
def test_an_administrator_is_told_to_enter_dev_mode(
    library: PayloadStore, administrator: Actor, operator: Actor, domain: Domain
) -> None:
    with pytest.raises(DevModeRequired):
        create(script(), domain=domain, permit=may_create(administrator), store=library)
    with pytest.raises(Forbidden):
        create(script(), domain=domain, permit=may_create(operator), store=library)
    assert not list(library.guids())


@pytest.mark.parametrize("domain", Domain)
def test_an_administrator_in_dev_mode_may_create_anywhere(
    library: PayloadStore, granted: Actor, domain: Domain
) -> None:
    receipt = create(script(), domain=domain, permit=may_create(granted), store=library)
    assert Assembly.objects.get(guid=receipt.guid).domain == domain
    assert AuditEntry.objects.get().dev_mode


def test_a_taken_guid_is_refused_and_leaves_no_payload(library: PayloadStore, operator: Actor) -> None:
    first = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    with pytest.raises(GuidTaken):
        create(
            script("Other", b"echo other", guid=first.guid),
            domain=Domain.USER,
            permit=may_create(operator),
            store=library,
        )
    assert Assembly.objects.get().display_name == "Say hello"
    assert len(list(library.guids())) == 1


def test_a_guid_of_another_domain_is_refused(library: PayloadStore, operator: Actor, command: Actor) -> None:
    first = create(script(), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    with pytest.raises(GuidInOtherDomain):
        create(script("Mine", guid=first.guid), domain=Domain.USER, permit=may_create(operator), store=library)
    assert Assembly.objects.get().domain == Domain.OFFICIAL


def test_the_guid_of_a_deleted_assembly_may_be_used_again(library: PayloadStore, operator: Actor) -> None:
    first = create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    delete(first.guid, permit=may_delete(operator))
    second = create(script("Again", guid=first.guid), domain=Domain.USER, permit=may_create(operator), store=library)
    row = Assembly.objects.get()
    assert second.created
    assert (row.display_name, row.deleted_at, row.sequence) == ("Again", None, 3)


def test_asking_again_with_the_same_event_makes_one_assembly(library: PayloadStore, operator: Actor) -> None:
    event = Event(guid="11111111-2222-3333-4444-555555555555", digest="the same")
    first = create(script(), domain=Domain.USER, permit=may_create(operator), store=library, event=event)
    again = create(script(), domain=Domain.USER, permit=may_create(operator), store=library, event=event)
    assert again.guid == first.guid
    assert again.revision == first.revision
    assert Assembly.objects.count() == JournalEntry.objects.count() == 1
