"""Which pages of other origins may read the API: the listed ones and nobody else."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from assemblies.payloads import PayloadStore
from tests.hardening.conftest import asked, browser_of, program_of

CONSOLE = "https://console.example.org"
FOREIGN = [
    "https://evil.example", "null", "https://console.example.org.evil.example", "http://console.example.org",
    "https://console.example.org:8443", "https://CONSOLE.example.org", "https://console.example.org/", "*", "",
    "https://evil.example, https://console.example.org",
]  # fmt: skip
PATHS = [
    "/api/assemblies",
    "/api/auth/login",
    "/api/docs",
    "/api/no-such-call",
    "/health",
    "/admin/login/",
    "/static/x",
]


@pytest.fixture(autouse=True)
def listed(settings: Settings, library: PayloadStore) -> None:
    settings.CORS_ALLOWED_ORIGINS = [CONSOLE]


def cors_headers(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower().startswith("access-control-")}


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_gets_no_permission_anywhere(ada: User, origin: str) -> None:
    for client in (Client(), browser_of(ada), program_of(ada)):
        for path in PATHS:
            for ask in (client.get, client.options, client.post):
                answer = asked(ask, path, headers={"Origin": origin, "Access-Control-Request-Method": "DELETE"})
                assert cors_headers(answer) == {}


def test_nobody_is_listed_by_default(settings: Settings, ada: User) -> None:
    settings.CORS_ALLOWED_ORIGINS = []
    answer = program_of(ada).get("/api/assemblies", headers={"Origin": CONSOLE})
    assert cors_headers(answer) == {}
    assert "Origin" not in answer["Vary"]


def test_a_listed_origin_may_read_answers_and_refusals(ada: User) -> None:
    for client, status in ((program_of(ada), 200), (Client(), 401)):
        answer = client.get("/api/assemblies", headers={"Origin": CONSOLE})
        assert answer.status_code == status
        assert answer["Access-Control-Allow-Origin"] == CONSOLE
        assert answer["Access-Control-Allow-Credentials"] == "true"
        assert "ETag" in answer["Access-Control-Expose-Headers"]
        assert "Origin" in answer["Vary"]


def test_answers_to_others_say_that_they_depend_on_the_origin(ada: User) -> None:
    assert "Origin" in program_of(ada).get("/api/assemblies", headers={"Origin": "https://evil.example"})["Vary"]
    assert "Origin" in program_of(ada).get("/api/assemblies")["Vary"]


def test_a_preflight_of_a_listed_origin_is_answered_before_anybody_signs_in() -> None:
    asked = {"Origin": CONSOLE, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"}
    answer = Client().options("/api/assemblies/x", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "PATCH" in answer["Access-Control-Allow-Methods"]
    assert "If-Match" in answer["Access-Control-Allow-Headers"]
    assert answer["Access-Control-Allow-Origin"] == CONSOLE


def test_options_without_a_preflights_question_is_an_ordinary_request() -> None:
    assert Client().options("/api/assemblies", headers={"Origin": CONSOLE}).status_code == 401


def test_pages_and_static_files_are_for_no_other_origin(ada: User) -> None:
    for path in ("/admin/", "/admin/login/", "/static/assemblies/components.css"):
        assert cors_headers(asked(browser_of(ada).get, path, headers={"Origin": CONSOLE})) == {}
