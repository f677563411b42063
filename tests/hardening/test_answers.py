"""What every answer tells browsers and caches, and that a tag says nothing to somebody without access."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from assemblies.actions.create import create
from assemblies.actions.delete import delete
from assemblies.domains import Domain
from assemblies.errors import LibraryBusy
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from borealis_assemblies import errors
from borealis_assemblies.middleware import TlsOnly
from devmode.actor import Actor
from devmode.models import ApiToken, AttemptCount, AuditEntry, DevModeGrant
from tests.documents_made import script
from tests.hardening.conftest import asked, browser_of, program_of
from tests.permits import may_create, may_delete

PATHS = [
    "/", "/admin/", "/admin/login/", "/admin/assemblies/assembly/", "/admin/no-such-page/", "/no-such-page", "/health",
    "/health/ready", "/api/assemblies", "/api/docs", "/api/docs?script=", "/api/schema", "/api/no-such-call",
    "/api/audit", "/static/assemblies/components.css",
]  # fmt: skip
every_path = pytest.mark.parametrize("path", PATHS)


def directives(answer: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: sources for name, _space, sources in parts}


@every_path
def test_every_answer_names_the_rules_for_browsers(ada: User, path: str) -> None:
    for client in (Client(), browser_of(ada), program_of(ada)):
        answer = asked(client.get, path)
        policy = directives(answer)
        assert "unsafe" not in str(policy)
        assert {
            name: policy[name] for name in ("default-src", "script-src", "style-src", "form-action")
        } == dict.fromkeys(("default-src", "script-src", "style-src", "form-action"), "'self'")
        assert [policy[name] for name in ("object-src", "base-uri", "frame-ancestors")] == ["'none'"] * 3
        assert ("data:" in policy["img-src"]) is path.startswith("/api/docs")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]


@every_path
def test_no_answer_for_somebody_is_kept_by_a_cache_for_others(ada: User, path: str) -> None:
    for client in (Client(), browser_of(ada), program_of(ada)):
        answer = asked(client.get, path)
        if path.startswith("/static/"):
            assert "private" not in answer["Cache-Control"]
            continue
        rules = {rule.strip() for rule in answer["Cache-Control"].split(",")}
        assert "private" in rules
        assert rules & {"no-cache", "no-store"}
        assert {"Cookie", "Authorization"} <= {name.strip() for name in answer["Vary"].split(",")}


def test_a_request_that_cannot_be_read_gets_them_too() -> None:
    answer = Client().get("/admin/login/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-store"


def test_a_form_without_its_csrf_token_gets_a_page_without_a_reason(ada: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    for path in ("/admin/login/", "/admin/logout/", "/admin/password_change/"):
        answer = browser.post(path, {"username": "ada", "password": "x"})
        assert answer.status_code == 403
        assert b"reload the page" in answer.content
        assert b"<style" not in answer.content


ASSEMBLY_PATHS = ["", "/payload", "/revisions"]


@pytest.mark.parametrize("path", ["/api/assemblies", *(f"/api/assemblies/<guid>{rest}" for rest in ASSEMBLY_PATHS)])
def test_a_tag_of_somebody_else_is_never_answered_with_not_modified(
    ada: User, olga: User, operator: Actor, library: PayloadStore, path: str
) -> None:
    guid = create(script(), domain=Domain.USER, permit=may_create(operator), store=library).guid
    path = path.replace("<guid>", guid)
    seen = program_of(ada).get(path).headers.get("ETag", '"any"')
    for tag in (seen, f"W/{seen}", "*"):
        assert Client().get(path, headers={"If-None-Match": tag}).status_code == 401
        assert Client(headers={"Authorization": "Token x"}).get(path, headers={"If-None-Match": tag}).status_code == 401
    if path.endswith(guid) or path == "/api/assemblies":
        theirs = program_of(olga).get(path, headers={"If-None-Match": seen})
        assert theirs.status_code == 200
        assert b"payload_guid" not in theirs.content


def test_a_tag_of_what_is_gone_is_answered_as_for_what_never_was(
    olga: User, operator: Actor, library: PayloadStore
) -> None:
    guid = create(script(), domain=Domain.USER, permit=may_create(operator), store=library).guid
    program = program_of(olga)
    tags = {
        rest: program.get(f"/api/assemblies/{guid}{rest}").headers.get("ETag", '"any"') for rest in ("", "/payload")
    }
    delete(guid, permit=may_delete(operator))
    for rest, tag in tags.items():
        for known in (tag, "*"):
            gone = program.get(f"/api/assemblies/{guid}{rest}", headers={"If-None-Match": known})
            never = program.get(f"/api/assemblies/{'0f' * 20}{rest}", headers={"If-None-Match": known})
            assert gone.status_code == never.status_code == 404
            assert gone.json()["code"] == never.json()["code"]


def tls_only(path: str, *, secure: bool) -> int:
    return TlsOnly(lambda request: HttpResponse())(RequestFactory().get(path, secure=secure)).status_code


def test_the_api_refuses_what_came_without_tls_where_the_public_address_has_it(settings: Settings) -> None:
    assert tls_only("/api/assemblies", secure=False) == 200
    settings.HTTPS = True
    assert tls_only("/api/assemblies", secure=True) == 200
    assert {tls_only(path, secure=False) for path in ("/api", "/api/assemblies", "/api/auth/login")} == {403}
    assert {tls_only(path, secure=False) for path in ("/admin/", "/health", "/apiary")} == {200}


def test_pages_redirect_to_tls_and_health_answers_a_probe_without(settings: Settings, library: PayloadStore) -> None:
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/admin/login/").status_code == 301
    assert Client().get("/health").status_code == 200
    refused = Client().get("/api/assemblies", headers={"Authorization": "Token x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "https_required")
    assert refused["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["token", "Token", "access_token", "password", "authorization", "api_key"])
def test_a_secret_in_the_query_is_refused_even_next_to_a_good_one(
    ada: User, operator: Actor, library: PayloadStore, name: str
) -> None:
    guid = create(script(), domain=Domain.USER, permit=may_create(operator), store=library).guid
    token = "canary-token"
    for client in (browser_of(ada), program_of(ada)):
        answer = client.get(f"/api/assemblies/{guid}", query_params={name: token})
        assert (answer.status_code, answer.json()["code"]) == (400, "secret_in_query")
        assert b"canary-token" not in answer.content
    assert Client().get(f"/api/assemblies/{guid}", query_params={name: token}).status_code == 401


def test_no_safe_method_changes_anything(ada: User, operator: Actor, library: PayloadStore) -> None:
    create(script(), domain=Domain.USER, permit=may_create(operator), store=library)
    clients = [Client(), browser_of(ada), program_of(ada)]
    models: list[Any] = [Assembly, JournalEntry, ApiToken, AuditEntry, AttemptCount, DevModeGrant, Session, User]

    def everything() -> list[Any]:
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = everything()
    for client in clients:
        for path in [*PATHS, "/api/auth/login", "/api/assemblies/dev-mode", "/api/assemblies/dev-mode/switch"]:
            for method in ("get", "head", "options"):
                asked(getattr(client, method), path)
    denials = AuditEntry.objects.filter(outcome="denied")
    assert set(denials.values_list("event", flat=True)) <= {"audit.read"}
    denials.delete()
    assert everything() == before


def test_https_has_host_bound_cookies(settings: Settings) -> None:
    """The rest of the cookie's rules stand in tests/project/test_settings.py."""
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
    assert settings.SESSION_COOKIE_AGE == 10 * 3600


def test_an_error_that_no_page_caught_is_answered_by_its_name() -> None:
    request = RequestFactory().get("/admin/")
    answer = errors.answer_named_error(request, LibraryBusy("<b>busy</b>"))
    assert isinstance(answer, HttpResponse)
    assert answer.status_code == 503
    assert b"&lt;b&gt;busy" in answer.content
    assert errors.answer_named_error(request, ValueError()) is None
