"""Nothing but the official catalogue takes a GUID from another domain, and only upon the row it saw."""

from datetime import datetime

import pytest

from assemblies.actions.change import Change
from assemblies.actions.commit import commit
from assemblies.actions.delete import delete
from assemblies.actions.permit import Permit
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain, Operation
from assemblies.errors import GuidInOtherDomain, RevisionConflict
from assemblies.models import (
    Assembly,
    Content,
)
from assemblies.official.claims import Claim, alias_of, moves
from assemblies.payloads import PayloadStore
from devmode.actor import Actor
from tests.official.published_folder import guid
from tests.official.syncing import TAKEN
from tests.permits import may_delete

pytestmark = pytest.mark.database


def test_a_row_that_changed_meanwhile_stops_the_sync(
    squatter: Assembly, library: PayloadStore, command: Actor, operator: Actor
) -> None:
    claim = Claim(guid=TAKEN, domain=Domain.USER, new_guid=guid(8))
    changes = list(moves([claim]))
    delete(TAKEN, permit=may_delete(operator))
    with pytest.raises(RevisionConflict):
        commit(changes, permit=Permit(actor=command, event=LibraryEvent.SYNC))
    assert not Assembly.objects.filter(guid=guid(8)).exists()
    assert alias_of(claim) == f"user/{TAKEN}"


def rewritten(content: Content) -> object:
    def rewrite(_row: Assembly | None, _now: datetime) -> Content:
        return content

    return rewrite


@pytest.mark.parametrize("domain", [Domain.OFFICIAL, Domain.COMMUNITY])
@pytest.mark.parametrize("operation", list(Operation))
@pytest.mark.parametrize("is_live", [True, False])
def test_nothing_else_can_take_a_guid_from_another_domain(
    squatter: Assembly, command: Actor, operator: Actor, domain: Domain, operation: Operation, is_live: bool
) -> None:
    if not is_live:
        delete(TAKEN, permit=may_delete(operator))
    change = Change(
        guid=TAKEN,
        domain=domain,
        operation=operation,
        rewrite=rewritten(squatter.read_content()),  # type: ignore[arg-type]
        claims_guid=True,
    )
    if domain is Domain.OFFICIAL and operation is Operation.SYNC and not is_live:
        assert commit([change], permit=Permit(actor=command, event=LibraryEvent.SYNC))[0].domain == Domain.OFFICIAL
        return
    with pytest.raises(GuidInOtherDomain):
        commit([change], permit=Permit(actor=command, event=LibraryEvent.UPDATE))
    assert Assembly.objects.get(guid=TAKEN).domain == Domain.USER


def test_a_sync_that_does_not_ask_for_the_guid_does_not_get_it(
    squatter: Assembly, command: Actor, operator: Actor
) -> None:
    delete(TAKEN, permit=may_delete(operator))
    change = Change(
        guid=TAKEN,
        domain=Domain.OFFICIAL,
        operation=Operation.SYNC,
        rewrite=rewritten(squatter.read_content()),  # type: ignore[arg-type]
    )
    with pytest.raises(GuidInOtherDomain):
        commit([change], permit=Permit(actor=command, event=LibraryEvent.SYNC))
