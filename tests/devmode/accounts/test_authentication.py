"""How a request says who it is, asked of an endpoint with the project's own authentication and permissions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from devmode.accounts.authentication import SessionAuthentication, TokenAuthentication
from devmode.accounts.tokens import issue_token
from devmode.models import ApiToken


class WhoView(APIView):
    """Says who asks."""

    def get(self, request: Request) -> Response:
        return Response({"user": request.user.get_username(), "by_token": isinstance(request.auth, ApiToken)})

    post = get


urlpatterns = [path("who", WhoView.as_view())]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", password="a long password")


@pytest.fixture
def token(ada: User) -> str:
    return issue_token(ada, ttl_seconds=60, now=timezone.now())[0]


def asked(authorization: str | None, method: str = "get") -> Any:
    headers: dict[str, Any] = {} if authorization is None else {"HTTP_AUTHORIZATION": authorization}
    return getattr(Client(enforce_csrf_checks=True), method)("/who", **headers)


def test_these_are_the_projects_own_classes() -> None:
    assert settings.REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"] == [
        f"{one.__module__}.{one.__name__}" for one in (TokenAuthentication, SessionAuthentication)
    ]


@pytest.mark.parametrize("form", ["Token {}", "token {}", "TOKEN   {}  "])
def test_a_live_token_says_who_asks(token: str, form: str) -> None:
    answer = asked(form.format(token))
    assert (answer.status_code, answer.json()) == (200, {"user": "ada", "by_token": True})


def test_a_token_needs_no_csrf_check(token: str) -> None:
    assert asked(f"Token {token}", "post").status_code == 200


def test_an_anonymous_visitor_gets_401_and_is_told_how_to_say_who_they_are() -> None:
    answer = asked(None)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")


def test_a_token_that_has_ended_gets_401(ada: User) -> None:
    ended, _record = issue_token(ada, ttl_seconds=60, now=timezone.now() - timedelta(seconds=61))
    assert asked(f"Token {ended}").status_code == 401


def test_the_token_of_an_inactive_account_gets_401(ada: User, token: str) -> None:
    ada.is_active = False
    ada.save()
    assert asked(f"Token {token}").status_code == 401


def test_a_token_in_the_query_is_not_looked_at(token: str) -> None:
    assert Client().get("/who", {"token": token, "authorization": f"Token {token}"}).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "Token",
        "Token ",
        "Token x",
        "Token x y",
        "Token \x00",
        "Token \xff\xfe",
        "Token \udcff\udcfe",
        "Tokén x",
        "\udcff x",
        "Token 令牌",
        "Bearer x",
        "Basic YWRhOmFkYQ==",
        "Basic \xff",
        ",",
        "Token " + "x" * 100_000,
    ],
)
def test_a_garbage_header_gets_401_and_never_500(token: str, header: str) -> None:
    assert asked(header).status_code == 401


def test_a_garbage_token_is_refused_even_with_a_session(ada: User) -> None:
    client = Client()
    client.force_login(ada)
    assert client.get("/who").json() == {"user": "ada", "by_token": False}
    assert client.get("/who", HTTP_AUTHORIZATION="Token x").status_code == 401


def test_a_session_that_changes_something_must_show_its_csrf_token(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.get("/who").status_code == 200
    assert client.post("/who").status_code == 403
    secret = "x" * 32
    client.cookies[settings.CSRF_COOKIE_NAME] = secret
    assert client.post("/who", {}, "application/json", HTTP_X_CSRFTOKEN=secret).status_code == 200


def test_both_classes_name_the_same_challenge() -> None:
    request = APIRequestFactory().get("/who")
    found = {one().authenticate_header(request) for one in (TokenAuthentication, SessionAuthentication)}
    assert found == {"Token"}


def test_the_end_is_compared_with_now_and_not_with_the_start(ada: User) -> None:
    issue_token(ada, ttl_seconds=60, now=datetime(2020, 1, 1, tzinfo=UTC))
    assert not ApiToken.objects.live(timezone.now()).exists()
