"""A Dev Mode grant is asked again in the transaction of the change."""

import pytest
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.errors import DevModeRequired
from assemblies.models import Assembly
from assemblies.payloads import PayloadStore
from devmode import grants
from devmode.actor import Actor
from devmode.models import AuditEntry, DevModeGrant
from devmode.models.grant import EndReason
from tests.documents_made import script
from tests.permits import may_create

pytestmark = pytest.mark.database


def test_a_grant_that_ended_after_the_request_began_allows_nothing(library: PayloadStore, granted: Actor) -> None:
    grants.end(DevModeGrant.objects.get(), EndReason.REVOKED, by="boss", now=timezone.now())
    with pytest.raises(DevModeRequired, match="has ended"):
        create(script(), domain=Domain.OFFICIAL, permit=may_create(granted), store=library)
    assert not Assembly.objects.exists()
    assert not list(library.guids())
    assert AuditEntry.objects.get().outcome == "denied"


def test_a_protected_change_uses_the_grant_and_one_of_ones_own_does_not(library: PayloadStore, granted: Actor) -> None:
    before = DevModeGrant.objects.get().last_used_at
    create(script("Mine"), domain=Domain.USER, permit=may_create(granted), store=library)
    assert DevModeGrant.objects.get().last_used_at == before
    create(script("Published"), domain=Domain.OFFICIAL, permit=may_create(granted), store=library)
    assert DevModeGrant.objects.get().last_used_at > before
