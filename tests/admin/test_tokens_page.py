"""Revoking a token at the admin."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client

from devmode.models import ApiToken, AuditEntry
from tests.admin.conftest import signed_in


def address(token: ApiToken) -> str:
    return f"/admin/devmode/apitoken/{token.pk}/delete/"


def test_a_revoked_token_is_gone_and_the_audit_says_who_did_it(superuser: Client, api_token: ApiToken) -> None:
    assert superuser.get(address(api_token)).status_code == 200
    assert ApiToken.objects.exists()
    answer = superuser.post(address(api_token), {"post": "yes"})
    assert answer.status_code == 302
    assert not ApiToken.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.event, entry.actor, entry.role, entry.remote_address) == (
        "token.revoke",
        "ada",
        "administrator",
        "127.0.0.1",
    )
    assert api_token.prefix in entry.detail


def test_staff_need_the_permission_to_revoke(api_token: ApiToken) -> None:
    user = User.objects.create_user("stefan", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_apitoken"))
    assert signed_in(user).post(address(api_token), {"post": "yes"}).status_code == 403
    assert ApiToken.objects.exists()
    user.user_permissions.add(Permission.objects.get(codename="delete_apitoken"))
    assert signed_in(user).post(address(api_token), {"post": "yes"}).status_code == 302
    assert not ApiToken.objects.exists()
    assert AuditEntry.objects.get().role == "viewer"


@pytest.mark.sqlite("the failure is planted with an SQLite trigger")
def test_without_the_audit_nothing_is_revoked(superuser: Client, api_token: ApiToken) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER planted BEFORE INSERT ON devmode_auditentry BEGIN SELECT RAISE(ABORT, 'planted'); END"
        )
    answer = superuser.post(address(api_token), {"post": "yes"}, follow=True)
    assert answer.status_code == 200
    assert "The audit cannot be written, so nothing was changed." in answer.content.decode()
    assert ApiToken.objects.exists()


def test_whether_a_token_is_live_is_shown(superuser: Client, api_token: ApiToken) -> None:
    assert "icon-yes" in superuser.get("/admin/devmode/apitoken/").content.decode()
    ApiToken.objects.update(expires_at=api_token.created_at)
    assert "icon-no" in superuser.get("/admin/devmode/apitoken/").content.decode()
