"""Where the audit cannot be written, the change does not happen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.actions.permit import get_permit
from assemblies.actions.revert import revert
from assemblies.actions.update import update
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from assemblies.errors import AuditUnavailable
from assemblies.models import Assembly, JournalEntry, JournalHead
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from devmode.audit import find_breaks
from devmode.models import AuditEntry
from tests.documents_made import script
from tests.permits import may_create, may_delete, may_revert, may_update

pytestmark = [
    # Real commits: what is there after a failure is what a restart would find.
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.sqlite("the failure is planted with an SQLite trigger"),
]


@contextmanager
def audit_unwritable() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER planted BEFORE INSERT ON devmode_auditentry BEGIN SELECT RAISE(ABORT, 'planted'); END"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER planted")


def everything() -> tuple[object, ...]:
    models = (Assembly, JournalEntry, JournalHead, AuditEntry)
    return tuple(list(model._default_manager.order_by("pk").values()) for model in models)


def test_nothing_is_created_and_creating_works_again_afterwards(library: PayloadStore, operator: Actor) -> None:
    with audit_unwritable(), pytest.raises(AuditUnavailable):
        create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    assert everything() == ([], [], [], [])
    assert create(script(), domain=Domain.USER, permit=may_create(operator), store=library).revision == 1
    assert list(find_breaks()) == []


Action = Callable[[str, Actor, PayloadStore], object]
ACTIONS: dict[str, Action] = {
    "update": lambda guid, actor, store: update(
        guid, {"display_name": "Changed"}, payload=None, permit=may_update(actor), store=store
    ),
    "delete": lambda guid, actor, store: delete(guid, permit=may_delete(actor)),
    "revert": lambda guid, actor, store: revert(guid, sequence=1, permit=may_revert(actor), store=store),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_nothing_is_changed(library: PayloadStore, operator: Actor, name: str) -> None:
    guid = create(script(), domain=Domain.USER, permit=may_create(operator), store=library).guid
    update(guid, {"summary": "Second"}, payload=None, permit=may_update(operator), store=library)
    before = everything()
    with audit_unwritable(), pytest.raises(AuditUnavailable):
        ACTIONS[name](guid, operator, library)
    assert everything() == before
    ACTIONS[name](guid, operator, library)
    assert JournalEntry.objects.count() == AuditEntry.objects.count() == 3


def test_a_denial_that_cannot_be_recorded_is_still_a_denial(library: PayloadStore, viewer: Actor) -> None:
    with audit_unwritable(), pytest.raises(AuditUnavailable):
        permit = get_permit(viewer, LibraryEvent.CREATE, Domain.USER)
        create(script(), domain=Domain.USER, permit=permit, store=library)
    assert everything() == ([], [], [], [])
    assert list(library.guids()) == []
