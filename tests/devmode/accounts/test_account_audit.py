"""Changes of accounts and groups in the admin are audited, or do not happen."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from borealis_assemblies import settings as project
from devmode.accounts import account_audit
from devmode.audit import AuditUnwritable
from devmode.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("ada", password="a long test password"))
    return client


def form_of(user: User, **changes: object) -> dict[str, object]:
    joined = user.date_joined
    return {
        "username": user.username,
        "is_active": "on",
        "date_joined_0": joined.date().isoformat(),
        "date_joined_1": joined.time().isoformat("seconds"),
    } | changes


def test_making_somebody_a_superuser_is_audited_by_field_name(client: Client) -> None:
    eve = User.objects.create_user("eve", password="a long test password")
    answer = client.post(f"/admin/auth/user/{eve.pk}/change/", form_of(eve, is_superuser="on"))
    assert answer.status_code == 302
    assert User.objects.get(pk=eve.pk).is_superuser
    audit = AuditEntry.objects.get(event="account.update")
    detail = json.loads(audit.detail)
    assert (audit.actor, audit.role, detail["name"]) == ("ada", "administrator", "eve")
    assert "Superuser status" in str(detail["changes"])


def test_a_new_and_a_deleted_group_are_audited(client: Client) -> None:
    client.post("/admin/auth/group/add/", {"name": "Night shift"})
    group = Group.objects.get(name="Night shift")
    client.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"})
    assert not Group.objects.filter(name="Night shift").exists()
    events = (
        AuditEntry.objects.filter(event__startswith="account.").order_by("sequence").values_list("event", flat=True)
    )
    assert list(events) == ["account.create", "account.delete"]


def test_nothing_changes_when_the_audit_cannot_be_written(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise AuditUnwritable("planted")

    monkeypatch.setattr(account_audit, "record", fail)
    answer = client.post("/admin/auth/group/add/", {"name": "Night shift"})
    assert answer.status_code == 503
    assert not Group.objects.filter(name="Night shift").exists()


def test_a_new_password_is_kept_as_argon2(client: Client, settings: Any) -> None:
    settings.PASSWORD_HASHERS = project.PASSWORD_HASHERS
    words = {"username": "eve", "password1": "a long test password", "password2": "a long test password"}
    assert client.post("/admin/auth/user/add/", words | {"usable_password": "true"}).status_code == 302
    assert User.objects.get(username="eve").password.startswith("argon2$argon2id$")
