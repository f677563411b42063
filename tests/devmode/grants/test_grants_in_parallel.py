"""A hundred uses from many threads around a grant's end, and none after it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from time import sleep
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.actions.update import update
from assemblies.domains import Domain
from assemblies.errors import DevModeRequired
from assemblies.models import JournalEntry
from assemblies.payloads import PayloadStore
from devmode.accounts.tokens import issue_token
from devmode.actor import Actor
from devmode.audit import find_breaks
from devmode.models import AuditEntry, DevModeGrant
from devmode.models.grant import DevModeGrantQuerySet
from tests.devmode.conftest import GRANTS, MakeUser
from tests.documents_made import script
from tests.permits import may_create, may_update

pytestmark = pytest.mark.database

USES = 100


@pytest.fixture
def stocked(library: PayloadStore, command: Actor) -> list[str]:
    return [
        create(script(f"{n}"), domain=Domain.OFFICIAL, permit=may_create(command), store=library).guid for n in range(4)
    ]


def use_in_parallel(stocked: list[str], actor: Actor, store: PayloadStore, *, pace: float = 0.0) -> list[str]:
    """Try to change official assemblies from many threads; return what came of each try."""

    def try_once(number: int) -> str:
        try:
            sleep(pace * number)
            update(stocked[number % len(stocked)], {"summary": f"{number}"}, permit=may_update(actor), store=store)
        except DevModeRequired as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "changed"

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(try_once, range(USES)))


def uses_of(actor: Actor) -> list[datetime]:
    return list(JournalEntry.objects.filter(actor=actor.name).values_list("recorded_at", flat=True))


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_hundred_parallel_uses_around_its_time_none_after_it(
    stocked: list[str], granted: Actor, library: PayloadStore
) -> None:
    update(stocked[0], {"summary": "before"}, permit=may_update(granted), store=library)
    ends_at = timezone.now() + timedelta(seconds=0.4)
    DevModeGrant.objects.update(expires_at=ends_at, absolute_expires_at=ends_at)
    outcomes = use_in_parallel(stocked, granted, library, pace=0.001)
    sleep(max(0.0, (ends_at - timezone.now()).total_seconds()))
    outcomes += use_in_parallel(stocked, granted, library)
    assert "dev_mode_required" in outcomes
    uses = uses_of(granted)
    assert len(uses) == 1 + outcomes.count("changed")
    assert max(uses) < ends_at
    grant = DevModeGrant.objects.get()
    assert (grant.expires_at, grant.absolute_expires_at) == (ends_at, ends_at)
    assert AuditEntry.objects.filter(outcome="denied").count() == outcomes.count("dev_mode_required")
    assert list(find_breaks()) == []


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_hundred_parallel_uses_around_its_revocation_none_after_it(
    stocked: list[str], granted: Actor, library: PayloadStore, make_user: MakeUser
) -> None:
    boss = issue_token(make_user("boss", "Administrators"), ttl_seconds=60, now=timezone.now())[0]
    update(stocked[0], {"summary": "before"}, permit=may_update(granted), store=library)

    def end_it() -> int:
        sleep(0.2)
        try:
            path = f"{GRANTS}/{granted.grant_id}"
            return int(Client(headers={"Authorization": f"Token {boss}"}).delete(path).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as revoker:
        answer = revoker.submit(end_it)
        outcomes = use_in_parallel(stocked, granted, library, pace=0.001)
    assert answer.result() == 204
    outcomes += use_in_parallel(stocked, granted, library)
    ended_at: Any = DevModeGrant.objects.get().ended_at
    uses = uses_of(granted)
    assert "dev_mode_required" in outcomes
    assert len(uses) == 1 + outcomes.count("changed")
    assert max(uses) < ended_at
    denied = AuditEntry.objects.filter(outcome="denied")
    assert denied.count() == outcomes.count("dev_mode_required")


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_uses_after_the_end_are_seen(
    stocked: list[str], granted: Actor, library: PayloadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A planted fault: the time of a grant is not looked at.
    monkeypatch.setattr(DevModeGrantQuerySet, "live", lambda grants, _now: grants.open())
    with pytest.raises(AssertionError):
        test_a_hundred_parallel_uses_around_its_time_none_after_it(stocked, granted, library)
