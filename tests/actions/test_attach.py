"""Attachments, one at a time."""

import pytest

from assemblies.actions.attach import attach, detach, get_attachment
from assemblies.actions.change import Receipt
from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.errors import AttachmentNotFound, AttachmentTooLarge, Forbidden, InvalidField, RevisionConflict
from assemblies.models import Assembly
from assemblies.payloads import PayloadReference, PayloadStore
from devmode.actor import Actor
from tests.documents_made import script
from tests.permits import may_attach, may_create, may_detach


@pytest.fixture
def made(library: PayloadStore, operator: Actor) -> Receipt:
    return create(script(), domain=Domain.USER, permit=may_create(operator), store=library)


def put(made: Receipt, name: str, content: bytes, actor: Actor, store: PayloadStore, **options: int) -> Receipt:
    limits = {"max_bytes": 1000} | options
    return attach(made.guid, name, [content], mime_type="text/plain", permit=may_attach(actor), store=store, **limits)


def test_an_attachment_is_stored_and_can_be_read(library: PayloadStore, operator: Actor, made: Receipt) -> None:
    receipt = put(made, "hosts.csv", b"a,b\n", operator, library)
    assert receipt.content is not None
    facts = get_attachment(receipt.content, "hosts.csv")
    assert (facts.mime_type, facts.size_bytes) == ("text/plain", 4)
    assert library.read(PayloadReference(facts.payload_guid, facts.sha256, 4)) == b"a,b\n"


def test_the_same_name_in_any_case_is_replaced_in_its_place(
    library: PayloadStore, operator: Actor, made: Receipt
) -> None:
    for name in ("a.txt", "b.txt", "A.TXT"):
        put(made, name, name.encode(), operator, library)
    assert [facts.file_name for facts in Assembly.objects.get().read_content().files] == ["A.TXT", "b.txt"]


def test_an_attachment_can_be_taken_off(library: PayloadStore, operator: Actor, made: Receipt) -> None:
    put(made, "a.txt", b"x", operator, library)
    detach(made.guid, "a.txt", permit=may_detach(operator))
    assert Assembly.objects.get().read_content().files == []
    with pytest.raises(AttachmentNotFound):
        detach(made.guid, "a.txt", permit=may_detach(operator))


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", "a\0b", "x" * 256])
def test_a_name_that_is_no_label_is_refused(library: PayloadStore, operator: Actor, made: Receipt, name: str) -> None:
    with pytest.raises(InvalidField):
        put(made, name, b"x", operator, library)


def test_a_refused_attachment_leaves_no_payload(
    library: PayloadStore, operator: Actor, viewer: Actor, made: Receipt
) -> None:
    with pytest.raises(AttachmentTooLarge):
        put(made, "big", b"x" * 1001, operator, library)
    with pytest.raises(Forbidden):
        put(made, "a.txt", b"x", viewer, library)
    with pytest.raises(RevisionConflict):
        put(made, "a.txt", b"x", operator, library, expected_revision=99)
    assert len(list(library.guids())) == 1
