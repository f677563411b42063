"""One action for many assemblies: all or none, one transaction, one audit entry, and refusals that name the domain."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from assemblies.actions.change import Receipt
from assemblies.actions.clone import clone_many
from assemblies.actions.create import create
from assemblies.actions.delete import delete, delete_many
from assemblies.actions.permit import Permit
from assemblies.actions.selection import categorise_many, get_selection_permit, tag_many
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain, Operation
from assemblies.errors import AssemblyNotFound, DevModeRequired, Forbidden, InvalidField, RevisionConflict
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.permits import may_categorise_many, may_clone_many, may_create, may_delete, may_delete_many, may_tag_many

pytestmark = pytest.mark.database

Many = Callable[[Sequence[str], Permit], list[Receipt]]
ACTIONS: dict[LibraryEvent, Many] = {
    LibraryEvent.TAG_MANY: lambda guids, permit: tag_many(guids, "night", permit=permit),
    LibraryEvent.CATEGORISE_MANY: lambda guids, permit: categorise_many(guids, "nightly", permit=permit),
    LibraryEvent.DELETE_MANY: lambda guids, permit: delete_many(dict.fromkeys(guids), permit=permit),
}
every_action = pytest.mark.parametrize("event", ACTIONS)


@pytest.fixture
def make(library: PayloadStore, command: Actor) -> Callable[..., str]:
    def made(name: str = "One", domain: Domain = Domain.USER, **fields: Any) -> str:
        return create(script(name, **fields), domain=domain, permit=may_create(command), store=library).guid

    return made


def act(event: LibraryEvent, guids: Sequence[str], actor: Actor) -> list[Receipt]:
    return ACTIONS[event](guids, get_selection_permit(guids, actor=actor, event=event))


def content(guid: str) -> Any:
    return Assembly.objects.get(guid=guid).read_content()


def test_a_tag_is_added_once_whatever_its_letter_case(make: Callable[..., str], operator: Actor) -> None:
    new, had, by_key = make(), make(tags=["NIGHT", "a"]), make(tags={"a": 1})
    receipts = tag_many([new, had, by_key], "night", permit=may_tag_many(operator))
    assert [receipt.changed for receipt in receipts] == [True, False, True]
    assert [content(guid).tags for guid in (new, had, by_key)] == [["night"], ["NIGHT", "a"], {"a": 1, "night": True}]
    entry = JournalEntry.objects.of_assembly(new).first()
    assert entry is not None
    assert (entry.operation, entry.actor) == (Operation.UPDATE, "olga")
    assert content(new).content_hash != content(had).content_hash


def test_a_tag_is_taken_away(make: Callable[..., str], operator: Actor) -> None:
    guids = [make(tags=["Night", "a"]), make(tags={"night": 1, "a": 2}), make()]
    receipts = tag_many(guids, "night", permit=may_tag_many(operator), remove=True)
    assert [receipt.changed for receipt in receipts] == [True, True, False]
    assert [content(guid).tags for guid in guids] == [["a"], {"a": 2}, []]


@pytest.mark.parametrize("tag", ["", "x" * 65, "two\nlines", "\ud800"])
def test_what_is_no_tag_is_refused(make: Callable[..., str], operator: Actor, tag: str) -> None:
    guid = make()
    with pytest.raises(InvalidField):
        tag_many([guid], tag, permit=may_tag_many(operator))
    assert content(guid).tags == []


def test_one_tag_too_many_on_one_of_them_leaves_all_as_they_were(make: Callable[..., str], operator: Actor) -> None:
    first, full = make(), make(tags=[f"t{n}" for n in range(100)])
    with pytest.raises(InvalidField):
        tag_many([first, full], "night", permit=may_tag_many(operator))
    assert content(first).tags == []


def test_a_category_is_set_on_all(make: Callable[..., str], operator: Actor) -> None:
    guids = [make(), make(category="nightly")]
    receipts = categorise_many(guids, "nightly", permit=may_categorise_many(operator))
    assert [receipt.changed for receipt in receipts] == [True, False]
    assert {content(guid).category for guid in guids} == {"nightly"}
    with pytest.raises(InvalidField):
        categorise_many(guids, "x" * 65, permit=may_categorise_many(operator))


def test_copies_know_what_they_were_copied_from(make: Callable[..., str], operator: Actor) -> None:
    origins = [make("One", Domain.OFFICIAL), make("Two", payload=b"echo \xe2\x80\xae two\n")]
    receipts = clone_many([*origins, origins[0]], domain=Domain.USER, permit=may_clone_many(operator))
    copies = [Assembly.objects.get(guid=receipt.guid) for receipt in receipts]
    assert [copy.display_name for copy in copies] == ["One (copy)", "Two (copy)"]
    assert [copy.read_content().cloned_from.assembly_guid for copy in copies] == origins  # type: ignore[union-attr]
    assert (copies[1].search_text, copies[1].is_flagged) == ("echo \u202e two\n", True)
    assert AuditEntry.objects.get(event="assembly.clone_many").scope == "user"


@pytest.mark.parametrize("domain", [Domain.OFFICIAL, Domain.COMMUNITY])
def test_copies_land_only_where_the_actor_may_write(make: Callable[..., str], operator: Actor, domain: Domain) -> None:
    guid = make()
    with pytest.raises(Forbidden):
        clone_many([guid], domain=domain, permit=may_clone_many(operator))
    assert Assembly.objects.count() == 1
    assert AuditEntry.objects.get(event="assembly.clone_many").outcome == "denied"


def test_deleting_many_keeps_their_history(make: Callable[..., str], operator: Actor) -> None:
    guids = [make(), make()]
    delete_many(dict.fromkeys(guids), permit=may_delete_many(operator))
    assert Assembly.objects.deleted().count() == 2
    assert JournalEntry.objects.of_assembly(guids[0]).count() == 2


def test_what_changed_since_it_was_shown_is_not_deleted(make: Callable[..., str], operator: Actor) -> None:
    guids = [make(), make()]
    seen = {guid: Assembly.objects.get(guid=guid).sequence for guid in guids}
    tag_many([guids[1]], "night", permit=may_tag_many(operator))
    with pytest.raises(RevisionConflict):
        delete_many(seen, permit=may_delete_many(operator))
    assert not Assembly.objects.deleted().exists()


@every_action
def test_it_is_one_transaction_with_one_audit_entry(
    make: Callable[..., str], granted: Actor, event: LibraryEvent
) -> None:
    guids = [make("One", Domain.OFFICIAL), make("Two", Domain.COMMUNITY), make("Three")]
    assert all(receipt.changed for receipt in act(event, guids, granted))
    entry = AuditEntry.objects.get(event=event)
    assert (entry.outcome, entry.actor, entry.scope) == ("success", "grace", "")
    assert '"changes": 3' in entry.detail


@every_action
def test_one_closed_domain_refuses_the_whole_and_is_named(
    make: Callable[..., str], operator: Actor, administrator: Actor, viewer: Actor, event: LibraryEvent
) -> None:
    guids = [make("One"), make("Two", Domain.COMMUNITY), make("Three", Domain.COMMUNITY)]
    before = JournalEntry.objects.count()
    with pytest.raises(Forbidden, match="2 of the 3 selected are Community"):
        act(event, guids, operator)
    with pytest.raises(DevModeRequired, match="2 of the 3 selected are Community"):
        act(event, guids, administrator)
    with pytest.raises(Forbidden, match="The selected one is User-Created"):
        act(event, guids[:1], viewer)
    assert JournalEntry.objects.count() == before
    denied = AuditEntry.objects.filter(event=event, outcome="denied").order_by("sequence")
    assert [(entry.actor, entry.scope) for entry in denied] == [
        ("olga", "community"), ("ada", "community"), ("vera", "user"),
    ]  # fmt: skip


@every_action
def test_one_that_is_gone_leaves_all_as_they_were(
    make: Callable[..., str], operator: Actor, event: LibraryEvent
) -> None:
    guids = [make(), make()]
    delete(guids[1], permit=may_delete(operator))
    before = JournalEntry.objects.count()
    with pytest.raises(AssemblyNotFound):
        act(event, guids, operator)
    assert JournalEntry.objects.count() == before


@every_action
def test_the_locked_rows_are_decided_again(make: Callable[..., str], operator: Actor, event: LibraryEvent) -> None:
    """As if one of them had moved to a closed domain since the permit was given."""
    guids = [make("One"), make("Two", Domain.COMMUNITY)]
    before = JournalEntry.objects.count()
    with pytest.raises(Forbidden):
        ACTIONS[event](guids, Permit(actor=operator, event=event))
    assert JournalEntry.objects.count() == before
    assert AuditEntry.objects.get(event=event).outcome == "denied"
