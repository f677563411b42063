"""Where the audit cannot be written, nobody is let in and nothing privileged happens: 503, and all is as it was."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.models import Assembly, DomainState, JournalEntry
from assemblies.payloads import PayloadStore
from devmode import grants
from devmode.accounts.tokens import issue_token
from devmode.actor import Actor
from devmode.models import ApiToken, AuditEntry, DevModeGrant
from tests.devmode.audit.test_audit_fails_closed import audit_unwritable
from tests.documents_made import script
from tests.hardening.conftest import PASSWORD, browser_of, log_in
from tests.permits import may_create

pytestmark = [
    pytest.mark.django_db(transaction=True, databases="__all__"),
    pytest.mark.sqlite("the failure is planted with an SQLite trigger"),
]
MODELS: list[Any] = [Assembly, JournalEntry, ApiToken, AuditEntry, DevModeGrant, Session, User, DomainState]
NEW = {"old_password": PASSWORD, "new_password1": "another long password", "new_password2": "another long password"}


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in MODELS]


@pytest.fixture
def program(ada: User, operator: Actor, library: PayloadStore) -> Client:
    """A token in Dev Mode, and something to flush."""
    create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    token, record = issue_token(ada, ttl_seconds=3600, now=timezone.now())
    grants.issue(record.user, grants.token_digest(record), reason="tests", remote_address="", now=timezone.now())
    return Client(headers={"Authorization": f"Token {token}"})


def post(path: str, body: dict[str, Any]) -> Callable[[Client], Any]:
    return lambda program: program.post(path, body, content_type="application/json")


DEV_MODE = "/api/assemblies/dev-mode"
CALLS: dict[str, Callable[[Client], Any]] = {
    "a log-in": lambda program: log_in("ada"),
    "a wrong password": lambda program: log_in("ada", "wrong"),
    "a log-in at the page": lambda program: log_in("ada", door="admin"),
    "a wrong password at the page": lambda program: log_in("ada", "wrong", door="admin"),
    "entering Dev Mode": post(f"{DEV_MODE}/switch", {"enabled": True, "password": PASSWORD}),
    "leaving Dev Mode": post(f"{DEV_MODE}/switch", {"enabled": False}),
    "revoking a grant": lambda program: program.delete(f"{DEV_MODE}/grants/{DevModeGrant.objects.get().pk}"),
    "a flush": post(f"{DEV_MODE}/write", {}),
    "a change": post("/api/assemblies", {"display_name": "X", "assembly_type": "bash", "payload": ""}),
}


@pytest.mark.parametrize("what", CALLS)
def test_nothing_happens(program: Client, what: str) -> None:
    before = everything()
    with audit_unwritable():
        answer = CALLS[what](program)
    assert answer.status_code == 503
    if answer["Content-Type"] == "application/json":
        assert answer.json()["code"] == "audit_unavailable"
    assert everything() == before
    assert CALLS[what](program).status_code < 500


def test_no_password_is_changed(ada: User) -> None:
    browser = browser_of(ada)
    before = everything()
    with audit_unwritable():
        assert browser.post("/admin/password_change/", NEW).status_code == 503
    assert everything()[:5] == before[:5]
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_no_token_is_made_by_a_command(ada: User) -> None:
    with audit_unwritable(), pytest.raises(CommandError, match="audit"):
        call_command("create_token", "ada", stdout=StringIO())
    assert not ApiToken.objects.exists()


def test_no_token_is_revoked_at_its_page(ada: User) -> None:
    _token, record = issue_token(ada, ttl_seconds=60, now=timezone.now())
    with audit_unwritable():
        answer = browser_of(ada).post(f"/admin/devmode/apitoken/{record.pk}/delete/", {"post": "yes"})
    assert answer.status_code in {302, 503}
    assert ApiToken.objects.get() == record
