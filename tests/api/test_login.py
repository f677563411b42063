"""POST /api/auth/login, …/logout and …/logoutall."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from devmode.accounts.tokens import digest_of, issue_token
from devmode.models import ApiToken
from tests.api.conftest import PASSWORD, Api, assert_private, assert_refused

LOGIN, LOGOUT, LOGOUT_ALL = "/api/auth/login", "/api/auth/logout", "/api/auth/logoutall"
WHO = "/api/assemblies"
RIGHT = {"username": "vera", "password": PASSWORD}
WRONG = RIGHT | {"password": "wrong"}


@pytest.fixture
def vera(make_user: Callable[..., User]) -> User:
    return make_user("vera")


def with_token(token: str) -> Api:
    return Api(Client(headers={"Authorization": f"Token {token}"}))


def test_a_name_and_password_are_exchanged_for_a_token(anonymous: Api, vera: User) -> None:
    answer = anonymous.post(f"{LOGIN}/", RIGHT)
    body = answer.json()
    assert (answer.status_code, body.keys()) == (200, {"token", "expiry"})
    assert_private(answer)
    record = ApiToken.objects.get()
    assert (record.user, record.digest) == (vera, digest_of(body["token"]))
    expiry = parse_datetime(body["expiry"])
    assert expiry == record.expires_at
    assert abs(expiry - timezone.now() - timedelta(seconds=settings.API_TOKEN_TTL_SECONDS)) < timedelta(minutes=1)
    assert with_token(body["token"]).get(WHO).status_code == 200


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"username": "nobody"}, {"password": ""}, {"username": ""}])
def test_wrong_words_get_one_answer_for_every_name(anonymous: Api, vera: User, change: dict[str, str]) -> None:
    answer = anonymous.post(LOGIN, RIGHT | change)
    if "" in change.values():
        assert_refused(answer, 400, "invalid_field")
    else:
        assert_refused(answer, 401, "authentication_failed")
        assert answer.json()["message"] == anonymous.post(LOGIN, WRONG).json()["message"]
        assert answer["WWW-Authenticate"] == "Token"
    assert not ApiToken.objects.exists()


def test_an_account_that_is_not_active_cannot_log_in_nor_use_its_token(anonymous: Api, vera: User) -> None:
    token = anonymous.post(LOGIN, RIGHT).json()["token"]
    User.objects.update(is_active=False)
    assert_refused(anonymous.post(LOGIN, RIGHT), 401, "authentication_failed")
    assert_refused(with_token(token).get(WHO), 401, "authentication_failed")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"username": "vera"}, "invalid_field", "password"),
        ({"username": 1, "password": "x"}, "invalid_field", "username"),
        ({"username": "x" * 151, "password": "x"}, "invalid_field", "username"),
        (RIGHT | {"remember": True}, "unknown_field", "remember"),
        ([], "invalid_field", "document"),
    ],
)
def test_a_bad_body_is_refused(anonymous: Api, vera: User, body: Any, code: str, field: str) -> None:
    detail = assert_refused(anonymous.post(LOGIN, body), 400, code)
    assert detail["field"] in {field, "non_field_errors"}


def test_ten_wrong_attempts_a_minute_lock_out(anonymous: Api, vera: User) -> None:
    for _ in range(10):
        assert_refused(anonymous.post(LOGIN, WRONG), 401, "authentication_failed")
    answer = anonymous.post(LOGIN, RIGHT)
    assert_refused(answer, 429, "throttled")
    assert 240 < int(answer["Retry-After"]) <= 300
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert Api(elsewhere).post(LOGIN, RIGHT).status_code == 200
    assert_refused(anonymous.post(LOGIN, WRONG | {"username": "VERA"}), 429, "throttled")


def test_rightful_attempts_are_not_counted(anonymous: Api, vera: User) -> None:
    for _ in range(12):
        assert anonymous.post(LOGIN, RIGHT).status_code == 200


def test_one_address_cannot_try_every_account(anonymous: Api, vera: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devmode.accounts.password_attempt.ADDRESS_LIMIT", 3)
    for number in range(3):
        anonymous.post(LOGIN, {"username": f"user{number}", "password": "x"})
    assert_refused(anonymous.post(LOGIN, RIGHT), 429, "throttled")


def test_a_signed_in_browser_needs_its_csrf_token_even_to_log_in(vera: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(vera)
    for path in (LOGIN, LOGOUT, LOGOUT_ALL, WHO, f"{WHO}/import"):
        answer = browser.post(path, RIGHT, content_type="application/json")
        assert_refused(answer, 403, "csrf_failed")
    assert not ApiToken.objects.exists()


def test_a_session_with_its_csrf_token_may_write(make_user: Callable[..., User]) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user("olga", "Operators"))
    token = "a" * 32
    browser.cookies[settings.CSRF_COOKIE_NAME] = token
    body = {"display_name": "X", "assembly_type": "bash", "payload": ""}
    answer = browser.post(WHO, body, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == 201


@pytest.mark.parametrize("path", [LOGOUT, LOGOUT_ALL])
def test_an_anonymous_visitor_cannot_log_out(anonymous: Api, path: str) -> None:
    assert_refused(anonymous.post(path), 401, "not_authenticated")


def test_logging_out_ends_this_token_alone(vera: User, library: object) -> None:
    one, other = (issue_token(vera, ttl_seconds=60, now=timezone.now())[0] for _ in range(2))
    answer = with_token(one).post(LOGOUT)
    assert (answer.status_code, answer.content) == (204, b"")
    assert_refused(with_token(one).get(WHO), 401, "authentication_failed")
    assert with_token(other).get(WHO).status_code == 200


def test_logging_out_ends_this_session(vera: User) -> None:
    browser = Client()
    browser.force_login(vera)
    assert browser.get(WHO).status_code == 200
    assert browser.post(LOGOUT).status_code == 204
    assert browser.get(WHO).status_code == 401


def test_logging_out_everywhere_ends_every_token_and_session_of_this_account(
    vera: User, make_user: Callable[..., User]
) -> None:
    token, _record = issue_token(vera, ttl_seconds=60, now=timezone.now())
    mine, theirs = Client(), Client()
    mine.force_login(vera)
    theirs.force_login(make_user("olga"))
    assert with_token(token).post(LOGOUT_ALL).status_code == 204
    assert_refused(with_token(token).get(WHO), 401, "authentication_failed")
    assert (mine.get(WHO).status_code, theirs.get(WHO).status_code) == (401, 200)


def test_an_ended_token_is_refused(vera: User) -> None:
    token, _record = issue_token(vera, ttl_seconds=1, now=timezone.now() - timedelta(seconds=2))
    assert_refused(with_token(token).get(WHO), 401, "authentication_failed")
