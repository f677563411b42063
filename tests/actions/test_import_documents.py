"""Importing documents."""

from dataclasses import replace
from typing import Any

import pytest

from assemblies.actions.change import Event, Receipt
from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.import_documents import Choice, ImportState, OnConflict, import_documents, preview
from assemblies.actions.update import update
from assemblies.documents import Attachment
from assemblies.domains import Domain, Operation
from assemblies.errors import (
    AssemblyNotFound,
    DevModeRequired,
    Forbidden,
    GuidInOtherDomain,
    GuidTaken,
    RevisionConflict,
)
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_import, may_update

pytestmark = pytest.mark.database

GUID = "b" * 40


def run(store: PayloadStore, actor: Actor, *documents, domain=Domain.USER, on_conflict=OnConflict.UPDATE):  # type: ignore[no-untyped-def]
    return import_documents(documents, domain=domain, on_conflict=on_conflict, permit=may_import(actor), store=store)


def test_many_documents_are_one_transaction_and_one_audit_entry(library: PayloadStore, operator: Actor) -> None:
    receipts = run(library, operator, *(script(f"Number {n}", b"echo %d" % n) for n in range(20)))
    assert [receipt.revision for receipt in receipts] == list(range(1, 21))
    assert JournalEntry.objects.filter(operation=Operation.IMPORT).count() == 20
    assert AuditEntry.objects.count() == 1


def test_no_documents_are_nothing_to_do(library: PayloadStore, operator: Actor) -> None:
    assert run(library, operator) == []
    assert not AuditEntry.objects.exists()


def test_the_same_document_again_changes_nothing(library: PayloadStore, operator: Actor) -> None:
    document = script(guid=GUID, files=[Attachment("a.txt", "text/plain", b"attached", {})])
    run(library, operator, document)
    [receipt] = run(library, operator, document)
    assert not receipt.changed
    assert len(list(library.guids())) == 2


def test_a_changed_document_is_a_new_revision(library: PayloadStore, operator: Actor) -> None:
    run(library, operator, script(guid=GUID))
    [receipt] = run(library, operator, script(guid=GUID, payload=b"echo changed\n"))
    assert (receipt.created, receipt.changed, receipt.revision) == (False, True, 2)
    assert Assembly.objects.get().search_text == "echo changed\n"


@pytest.mark.parametrize("domain", [Domain.OFFICIAL, Domain.COMMUNITY])
@pytest.mark.parametrize("policy", [OnConflict.UPDATE, OnConflict.SKIP, OnConflict.FAIL])
def test_h1_an_import_never_overwrites_a_row_of_another_domain(
    library: PayloadStore, operator: Actor, command: Actor, domain: Domain, policy: OnConflict
) -> None:
    run(library, command, script("Published", guid=GUID), domain=domain)
    before = Assembly.objects.values().get()
    with pytest.raises(GuidInOtherDomain):
        run(library, operator, script("Evil", b"rm -rf /", guid=GUID), on_conflict=policy)
    assert Assembly.objects.values().get() == before
    assert len(list(library.guids())) == 1


def test_a_new_guid_is_given_where_one_is_taken(library: PayloadStore, operator: Actor, command: Actor) -> None:
    run(library, command, script("Published", guid=GUID), domain=Domain.OFFICIAL)
    [receipt] = run(library, operator, script("Mine", guid=GUID), on_conflict=OnConflict.NEW_GUID)
    assert receipt.created
    assert receipt.guid != GUID
    assert Assembly.objects.get(guid=GUID).display_name == "Published"


def test_two_documents_with_one_guid_may_both_come_in_under_new_ones(library: PayloadStore, operator: Actor) -> None:
    receipts = run(library, operator, script("A", guid=GUID), script("B", guid=GUID), on_conflict=OnConflict.NEW_GUID)
    assert [receipt.created for receipt in receipts] == [True, True]
    assert receipts[0].guid == GUID
    assert Assembly.objects.count() == 2


def test_where_a_document_comes_from_makes_no_new_revision(library: PayloadStore, operator: Actor) -> None:
    run(library, operator, script(guid=GUID, metadata={"source_path": "a.json"}))
    [receipt] = run(library, operator, script(guid=GUID))
    assert not receipt.changed
    assert Assembly.objects.get().read_content().metadata == {"source_path": "a.json"}


def test_skip_leaves_the_row_and_fail_refuses_all(library: PayloadStore, operator: Actor) -> None:
    run(library, operator, script("First", guid=GUID))
    [receipt] = run(library, operator, script("Second", guid=GUID), on_conflict=OnConflict.SKIP)
    assert not receipt.changed
    with pytest.raises(GuidTaken):
        run(library, operator, script("New"), script("Second", guid=GUID), on_conflict=OnConflict.FAIL)
    assert Assembly.objects.get().display_name == "First"


def test_a_deleted_row_of_the_same_domain_comes_back(library: PayloadStore, operator: Actor) -> None:
    run(library, operator, script(guid=GUID))
    delete(GUID, permit=may_delete(operator))
    [receipt] = run(library, operator, script(guid=GUID), on_conflict=OnConflict.FAIL)
    assert receipt.created
    assert Assembly.objects.live().exists()


def test_permission_is_asked_for_the_domain_of_landing(
    library: PayloadStore, viewer: Actor, operator: Actor, administrator: Actor
) -> None:
    with pytest.raises(Forbidden):
        run(library, viewer, script())
    with pytest.raises(Forbidden):
        run(library, operator, script(), domain=Domain.OFFICIAL)
    with pytest.raises(DevModeRequired):
        run(library, administrator, script(), domain=Domain.COMMUNITY)
    assert not Assembly.objects.exists()


def test_a_preview_says_what_would_happen_and_writes_nothing(
    library: PayloadStore, operator: Actor, command: Actor
) -> None:
    create(script("Taken", guid="c" * 40), domain=Domain.OFFICIAL, permit=may_create(command), store=library)
    same = script("Same", guid=GUID)
    run(library, operator, same)
    documents = [script("New"), same, replace(same, payload=b"other"), script("Theirs", guid="c" * 40), script("Same")]
    found = preview(documents, domain=Domain.USER, on_conflict=OnConflict.UPDATE)
    assert [line.standing for line in found] == [
        ImportState.NEW,
        ImportState.SAME,
        ImportState.CHANGED,
        ImportState.OTHER_DOMAIN,
        ImportState.NEW,
    ]
    assert isinstance(found[3].refusal, GuidInOtherDomain)
    assert found[4].same_name_guids == [GUID]
    assert Assembly.objects.count() == 2
    delete(GUID, permit=may_delete(operator))
    assert preview([same], domain=Domain.USER, on_conflict=OnConflict.UPDATE)[0].standing == ImportState.NEW


def test_each_document_may_have_a_choice_of_its_own(library: PayloadStore, operator: Actor) -> None:
    known = [f"{number:032x}" for number in range(3)]
    run(library, operator, *(script(f"Old {n}", guid=guid) for n, guid in enumerate(known)))
    documents = [*(script(f"New {n}", guid=guid) for n, guid in enumerate(known)), script("Other", guid=GUID)]
    choices = [
        Choice(OnConflict.UPDATE, expected_revision=1),
        Choice(OnConflict.SKIP),
        Choice(OnConflict.NEW_GUID),
        Choice(OnConflict.FAIL),
    ]
    receipts = run(library, operator, *documents, on_conflict=choices)
    assert [(receipt.created, receipt.changed) for receipt in receipts] == [
        (False, True), (False, False), (True, True), (True, True)
    ]  # fmt: skip
    names = [Assembly.objects.get(guid=guid).display_name for guid in known]
    assert (names, receipts[2].guid in known) == (["New 0", "Old 1", "Old 2"], False)


def test_a_choice_holds_for_the_revision_it_was_made_upon(library: PayloadStore, operator: Actor) -> None:
    run(library, operator, script("First", guid=GUID))
    update(GUID, {"summary": "Meanwhile"}, permit=may_update(operator), store=library)
    upon_the_first = Choice(OnConflict.UPDATE, expected_revision=1)
    documents = [script("Next"), script("Second", guid=GUID)]
    with pytest.raises(RevisionConflict):
        run(library, operator, *documents, on_conflict=[Choice(OnConflict.FAIL), upon_the_first])
    delete(GUID, permit=may_delete(operator))
    with pytest.raises(AssemblyNotFound):
        run(library, operator, *documents, on_conflict=[Choice(OnConflict.FAIL), upon_the_first])
    assert not Assembly.objects.live().exists()


def test_asking_again_answers_as_before_in_order_and_changes_nothing(library: PayloadStore, operator: Actor) -> None:
    """The first document was no change when the import was made; asking again must not undo what came after it."""
    run(library, operator, script("Kept", guid=GUID))
    batch = [script("Kept", guid=GUID), *(script(f"Number {n}", b"echo %d" % n, guid=f"{n:032x}") for n in range(3))]

    def ask() -> list[Receipt]:
        return import_documents(
            batch,
            domain=Domain.USER,
            on_conflict=OnConflict.UPDATE,
            permit=may_import(operator),
            store=library,
            event=Event(guid="5f0c7f3a-9f0e-4a53-9d53-5d1b1f1a7a11", digest="the same"),
        )

    first = ask()
    assert [receipt.guid for receipt in first] == [document.guid for document in batch]
    update(GUID, {"display_name": "Changed since"}, permit=may_update(operator), store=library)
    again = ask()
    assert [receipt.guid for receipt in again] == [document.guid for document in batch]
    assert [receipt.revision for receipt in again[1:]] == [receipt.revision for receipt in first[1:]]
    assert not any(receipt.changed for receipt in again)
    assert Assembly.objects.get(guid=GUID).display_name == "Changed since"


def test_a_document_that_is_in_the_batch_twice_gets_the_same_revision_twice(
    library: PayloadStore, operator: Actor
) -> None:
    receipts = run(library, operator, script(guid=GUID), script(guid=GUID))
    assert [(receipt.revision, receipt.changed) for receipt in receipts] == [(1, True), (1, False)]


def test_a_guid_taken_while_the_payloads_were_written_is_not_overwritten(
    library: PayloadStore, operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`new_guid` promises to leave the other assembly alone, also one that came in between."""
    put = PayloadStore.put

    def put_while_another_imports(store: PayloadStore, source: Any, **options: Any) -> Any:
        monkeypatch.undo()
        create(
            script("First", b"echo first\n", guid=GUID), domain=Domain.USER, permit=may_create(operator), store=library
        )
        return put(store, source, **options)

    monkeypatch.setattr(PayloadStore, "put", put_while_another_imports)
    with pytest.raises(GuidTaken):
        run(library, operator, script("Second", guid=GUID), on_conflict=OnConflict.NEW_GUID)
    assert Assembly.objects.get().display_name == "First"
    assert len(list(library.guids())) == 1
