"""POST /api/assemblies/dev-mode/write: pending changes into their domain databases, now."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from assemblies.domains import Domain
from assemblies.journal.pending import pending_writes
from assemblies.models import OfficialAssembly, UserCreatedAssembly, Watermark
from devmode.models import AuditEntry, DevModeGrant
from tests.api.conftest import Api, MakeAssembly, assert_private, assert_refused, denials, signed_in

WRITE, SWITCH = "/api/assemblies/dev-mode/write", "/api/assemblies/dev-mode/switch"


@pytest.fixture
def as_granted(as_administrator: Api) -> Api:
    assert as_administrator.post(SWITCH, {"enabled": True}).status_code == 200
    return as_administrator


@pytest.fixture
def waiting(make_assembly: MakeAssembly) -> None:
    for domain in (Domain.OFFICIAL, Domain.USER):
        make_assembly(f"In {domain}", domain)


@pytest.mark.parametrize("path", [WRITE, f"{WRITE}/"])
def test_all_domains_are_written(as_granted: Api, waiting: None, path: str) -> None:
    answer = as_granted.post(path, {})
    flushed = {"official": 1, "community": 0, "user": 1}
    assert (answer.status_code, answer.json()) == (200, {"status": "flushed", "flushed": flushed, "pending": 0})
    assert_private(answer)
    assert [row.display_name for row in OfficialAssembly.objects.all()] == ["In official"]
    assert [row.display_name for row in UserCreatedAssembly.objects.all()] == ["In user"]


def test_a_body_is_not_needed(as_granted: Api, waiting: None) -> None:
    assert as_granted.client.generic("POST", WRITE).json()["pending"] == 0


@pytest.mark.parametrize("name", ["user", "user_created"])
def test_one_domain_alone(as_granted: Api, waiting: None, name: str) -> None:
    body = as_granted.post(WRITE, {"domain": name}).json()
    assert body == {"status": "flushed", "flushed": {"official": 0, "community": 0, "user": 1}, "pending": 1}
    assert not OfficialAssembly.objects.exists()


def test_it_is_audited_and_prolongs_the_grant(as_granted: Api, waiting: None) -> None:
    before = DevModeGrant.objects.get()
    as_granted.post(WRITE, {"domain": "official"})
    entry = AuditEntry.objects.order_by("-sequence")[0]
    assert (entry.event, entry.actor, entry.scope, entry.outcome, entry.dev_mode) == (
        "devmode.write",
        "ada",
        "official",
        "success",
        True,
    )
    assert DevModeGrant.objects.get().last_used_at > before.last_used_at


def test_an_administrator_is_told_to_enable_dev_mode(as_administrator: Api, waiting: None) -> None:
    assert_refused(as_administrator.post(WRITE, {}), 403, "dev_mode_required")
    assert (denials(), len(pending_writes())) == (1, 2)


@pytest.mark.parametrize("group", ["", "Operators"])
def test_others_are_refused(make_user: Callable[..., User], waiting: None, group: str) -> None:
    assert_refused(signed_in(make_user("olga", group)).post(WRITE, {}), 403, "forbidden")
    assert (denials(), len(pending_writes())) == (1, 2)


def test_an_anonymous_visitor_is_asked_to_sign_in(anonymous: Api, waiting: None) -> None:
    assert_refused(anonymous.post(WRITE, {}), 401, "not_authenticated")
    assert len(pending_writes()) == 2


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ([], "invalid_document", "document"),
        ({"domain": None}, "invalid_field", "domain"),
        ({"domain": "all"}, "invalid_field", "domain"),
        ({"domains": ["user"]}, "unknown_field", "domains"),
    ],
)
def test_a_bad_body_is_refused(as_granted: Api, waiting: None, body: Any, code: str, field: str) -> None:
    assert assert_refused(as_granted.post(WRITE, body), 400, code)["field"] == field
    assert len(pending_writes()) == 2


def test_a_domain_that_cannot_be_written_is_said_so_and_its_changes_wait(as_granted: Api, waiting: None) -> None:
    Watermark.objects.using("official").create(domain="official", journal_id="of another library", sequence=7)
    detail = assert_refused(as_granted.post(WRITE, {}), 503, "library_unavailable")
    assert detail["flushed"] == {"official": 0, "community": 0, "user": 1}
    assert detail["pending"] == 1
    assert "another journal" in detail["errors"]["official"]
    outcomes = AuditEntry.objects.filter(event="devmode.write").order_by("sequence").values_list("outcome", flat=True)
    assert list(outcomes) == ["success", "failed"]


@pytest.mark.sqlite("the failure is planted with an SQLite trigger")
def test_without_an_audit_nothing_is_written(as_granted: Api, waiting: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER planted BEFORE INSERT ON devmode_auditentry BEGIN SELECT RAISE(ABORT, 'planted'); END"
        )
    assert_refused(as_granted.post(WRITE, {}), 503, "audit_unavailable")
    assert len(pending_writes()) == 2
    assert not OfficialAssembly.objects.exists()
