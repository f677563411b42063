"""Dev Mode over REST: the state, the switch, the grants and their revocation; for sessions and tokens alike."""

from io import StringIO
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory, force_authenticate

from devmode.api.dev_mode import DevModeViewSet
from devmode.grants.principal import principal_of
from devmode.models import AuditEntry, DevModeGrant
from devmode.models.grant import EndReason
from tests.api.conftest import PASSWORD, Api, assert_private, assert_refused
from tests.devmode.conftest import (
    GRANTS,
    OFF,
    ON,
    STATE,
    SWITCH,
    Clock,
    MakeUser,
    browser_of,
    changed,
    denied_events,
    entered,
    in_dev_mode,
    program_of,
    with_token,
)

NOT_ENABLED = {"enabled": False, "expires_at": None, "absolute_expires_at": None, "reason": None}


@pytest.mark.parametrize(
    ("method", "path"), [("get", STATE), ("post", SWITCH), ("get", GRANTS), ("delete", f"{GRANTS}/1")]
)
def test_an_anonymous_visitor_is_asked_to_sign_in(make_user: MakeUser, method: str, path: str) -> None:
    assert_refused(getattr(Api(Client()), method)(path), 401, "not_authenticated")
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "event"),
    [
        ("post", SWITCH, "devmode.enter"),
        ("get", GRANTS, "devmode.grants"),
        ("delete", f"{GRANTS}/1", "devmode.revoke"),
        ("get", "/api/audit", "audit.read"),
    ],
)
@pytest.mark.parametrize("group", ["", "Operators"])
def test_others_than_administrators_are_refused_and_audited_once(
    make_user: MakeUser, group: str, method: str, path: str, event: str
) -> None:
    api = browser_of(make_user("olga", group))
    arguments = [ON | {"password": PASSWORD}] if method == "post" else []
    detail = assert_refused(getattr(api, method)(path, *arguments), 403, "forbidden")
    assert detail == {}
    assert denied_events() == [(event, "olga")]
    assert not DevModeGrant.objects.exists()


def test_a_viewer_sees_that_they_may_not_enter(make_user: MakeUser) -> None:
    answer = browser_of(make_user("vera")).get(f"{STATE}/")
    assert (answer.status_code, answer.json()) == (200, NOT_ENABLED | {"eligible": False})
    assert_private(answer)


def test_on_and_off_again(api: Api) -> None:
    assert api.get(STATE).json() == NOT_ENABLED | {"eligible": True}
    body = api.post(SWITCH, ON).json()
    grant = DevModeGrant.objects.get()
    assert body == api.get(STATE).json()
    assert (body["enabled"], body["eligible"], body["reason"]) == (True, True, "repair")
    assert parse_datetime(body["expires_at"]) == grant.expires_at
    assert (grant.expires_at - grant.issued_at).total_seconds() == project.DEV_MODE_TTL_SECONDS
    assert (grant.absolute_expires_at - grant.issued_at).total_seconds() == project.DEV_MODE_MAX_SECONDS
    assert parse_datetime(body["absolute_expires_at"]) == grant.absolute_expires_at
    assert api.post(SWITCH, OFF).json() == NOT_ENABLED | {"eligible": True} == api.get(STATE).json()
    grant.refresh_from_db()
    assert (grant.end_reason, grant.ended_by) == (EndReason.LEFT, "ada")
    assert list(AuditEntry.objects.order_by("sequence").values_list("event", "outcome", "dev_mode")) == [
        ("devmode.enter", "success", True),
        ("devmode.leave", "success", True),
    ]


def test_leaving_what_one_is_not_in_changes_nothing(api: Api) -> None:
    assert api.post(SWITCH, OFF).json()["enabled"] is False
    assert not AuditEntry.objects.exists()


def test_it_opens_the_protected_domains_to_this_bearer_alone(api: Api, ada: User, official: str) -> None:
    other = browser_of(ada)
    assert_refused(changed(api, official), 403, "dev_mode_required")
    entered(api)
    assert changed(api, official).status_code == 200
    for bearer in (other, program_of(ada)):
        assert not in_dev_mode(bearer)
        assert_refused(changed(bearer, official, "Again"), 403, "dev_mode_required")
    entered(other)
    assert changed(other, official, "Again").status_code == 200
    assert in_dev_mode(api)


def test_an_old_login_needs_the_password(api: Api, clock: Clock) -> None:
    clock.jump(seconds=project.RECENT_LOGIN_SECONDS + 1)
    assert_refused(api.post(SWITCH, ON), 403, "password_required")
    assert_refused(api.post(SWITCH, ON | {"password": "wrong"}), 403, "password_wrong")
    assert not in_dev_mode(api)
    assert denied_events() == [("devmode.enter", "ada")] * 2
    assert [entry.detail for entry in AuditEntry.objects.order_by("sequence")] == [
        '{"code": "password_required"}',
        '{"code": "password_wrong"}',
    ]
    assert api.post(SWITCH, ON | {"password": PASSWORD}).json()["enabled"] is True


def test_a_wrong_password_is_never_overlooked(api: Api) -> None:
    assert_refused(api.post(SWITCH, ON | {"password": "wrong"}), 403, "password_wrong")
    assert not in_dev_mode(api)


def test_logins_can_be_made_to_count_for_nothing(api: Api, settings: Any) -> None:
    settings.RECENT_LOGIN_SECONDS = 0
    assert_refused(api.post(SWITCH, ON), 403, "password_required")


def test_a_login_with_an_earlier_password_is_no_proof(ada: User) -> None:
    thief = program_of(ada)
    ada.set_password("another long password")
    ada.save()
    assert_refused(thief.post(SWITCH, ON), 403, "password_required")
    assert entered(program_of(ada))


def test_a_token_made_by_a_command_always_needs_the_password(ada: User) -> None:
    said = StringIO()
    call_command("create_token", "ada", stdout=said)
    api = with_token(said.getvalue().strip())
    assert_refused(api.post(SWITCH, ON), 403, "password_required")
    assert api.post(SWITCH, ON | {"password": PASSWORD}).json()["enabled"] is True


def test_an_account_without_a_password_cannot_prove_itself(ada: User, clock: Clock) -> None:
    ada.set_unusable_password()
    ada.save()
    api = browser_of(ada)
    clock.jump(hours=1)
    assert_refused(api.post(SWITCH, ON | {"password": PASSWORD}), 403, "password_wrong")


def test_a_session_is_asked_for_its_csrf_token(ada: User) -> None:
    api = browser_of(ada, enforce_csrf_checks=True)
    assert_refused(api.post(SWITCH, ON), 403, "csrf_failed")
    assert_refused(api.delete(f"{GRANTS}/1"), 403, "csrf_failed")
    assert not in_dev_mode(api)
    api.client.cookies[project.CSRF_COOKIE_NAME] = "a" * 32
    assert api.post(SWITCH, ON, X_CSRFToken="a" * 32).json()["enabled"] is True


def test_the_session_gets_another_key_when_it_is_elevated(ada: User) -> None:
    api = browser_of(ada)
    before = api.client.cookies[project.SESSION_COOKIE_NAME].value
    entered(api)
    assert api.client.cookies[project.SESSION_COOKIE_NAME].value != before
    fixed = Client()
    fixed.cookies[project.SESSION_COOKIE_NAME] = before
    assert_refused(Api(fixed).get(STATE), 401, "not_authenticated")


def test_the_session_gets_another_key_at_log_in(ada: User) -> None:
    User.objects.update(is_staff=True)
    client = Client()
    client.get("/admin/login/")
    client.session["planted"] = True
    session = client.session
    session.save()
    client.cookies[project.SESSION_COOKIE_NAME] = planted = str(session.session_key)
    assert client.post("/admin/login/", {"username": "ada", "password": PASSWORD}).status_code == 302
    assert client.cookies[project.SESSION_COOKIE_NAME].value != planted
    assert entered(Api(client))


def test_entering_again_replaces_the_first_grant(api: Api) -> None:
    entered(api)
    api.post(SWITCH, ON | {"reason": "again"})
    first, second = DevModeGrant.objects.order_by("pk")
    assert (first.end_reason, first.ended_by, second.ended_at) == (EndReason.REPLACED, "ada", None)
    assert api.get(STATE).json()["reason"] == "again"
    assert api.get(GRANTS).json()["count"] == 1


def test_a_password_that_is_rehashed_meanwhile_does_not_sign_out(ada: User, clock: Clock, settings: Any) -> None:
    older, newer = (
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "tests.devmode.grants.test_dev_mode_api.QuickHasher",
    )
    settings.PASSWORD_HASHERS = [newer, older]
    User.objects.update(password=make_password(PASSWORD, hasher="md5"))
    api = browser_of(User.objects.get())
    clock.jump(hours=1)
    assert api.post(SWITCH, ON | {"password": PASSWORD}).json()["enabled"] is True
    assert User.objects.get().password.startswith("quick$")
    assert in_dev_mode(api)


class QuickHasher(MD5PasswordHasher):
    algorithm = "quick"


def test_the_eleventh_switch_within_a_minute_is_refused(api: Api) -> None:
    for _ in range(10):
        assert api.post(SWITCH, OFF).status_code == 200
    answer = api.post(SWITCH, ON)
    assert_refused(answer, 429, "throttled")
    assert int(answer["Retry-After"]) >= 1
    assert not in_dev_mode(api)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "enabled", "invalid_field"),
        ({"enabled": "true"}, "enabled", "invalid_field"),
        ({"enabled": 1}, "enabled", "invalid_field"),
        ({"enabled": None}, "enabled", "invalid_field"),
        (ON | {"minutes": 600}, "minutes", "unknown_field"),
        (ON | {"expires_at": "2099-01-01T00:00:00Z"}, "expires_at", "unknown_field"),
        (ON | {"reason": "x" * 501}, "reason", "invalid_field"),
        (ON | {"reason": "\0"}, "reason", "invalid_field"),
        (ON | {"reason": 7}, "reason", "invalid_field"),
        (ON | {"password": ["x"]}, "password", "invalid_field"),
        ([], "non_field_errors", "invalid_field"),
    ],
)
def test_a_bad_body_is_refused_and_names_its_field(api: Api, body: Any, field: str, code: str) -> None:
    assert assert_refused(api.post(SWITCH, body), 400, code)["field"] == field
    assert not DevModeGrant.objects.exists()


@pytest.mark.sqlite("the failure is planted with an SQLite trigger")
def test_without_an_audit_nothing_happens_and_its_holder_stays_signed_in(api: Api, make_user: MakeUser) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER planted BEFORE INSERT ON devmode_auditentry BEGIN SELECT RAISE(ABORT, 'planted'); END"
        )
    assert_refused(api.post(SWITCH, ON), 503, "audit_unavailable")
    assert_refused(api.post(SWITCH, ON | {"password": "wrong"}), 503, "audit_unavailable")
    assert_refused(browser_of(make_user("vera")).get(GRANTS), 503, "audit_unavailable")
    assert not in_dev_mode(api)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER planted")
    entered(api)
    assert AuditEntry.objects.count() == 1


def test_nobody_is_granted_anything_who_came_neither_by_session_nor_by_token(ada: User) -> None:
    request = APIRequestFactory().get(STATE)
    request.session = SessionStore()
    force_authenticate(request, ada)
    with pytest.raises(NotAuthenticated):
        _ = principal_of(Request(request)).bearer
    assert DevModeViewSet.as_view({"get": "list"})(request).status_code == 401


def test_a_grant_does_not_outlive_its_token(ada: User) -> None:
    entered(program_of(ada, ttl_seconds=60))
    grant = DevModeGrant.objects.get()
    assert grant.expires_at == grant.absolute_expires_at
    assert (grant.absolute_expires_at - timezone.now()).total_seconds() <= 60
