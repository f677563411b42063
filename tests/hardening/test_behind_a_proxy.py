"""A real server behind a proxy that speaks TLS: what the proxy says counts, and the server's own door stays shut."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.deployment import ADMIN_PASSWORD, Deployment, Prepared
from tests.hardening.talk import JSON, Talk

PROXIED = {"Host": "library.example.org", "X_Forwarded_Proto": "https", "X_Forwarded_For": "198.51.100.1, 192.0.2.5"}
WORDS = json.dumps({"username": "admin", "password": ADMIN_PASSWORD})


@pytest.fixture(scope="module")
def talk(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    root: Path = tmp_path_factory.mktemp("proxied")
    deployment = Deployment.of(prepared, root / "var", BOREALIS_PUBLIC_URL="https://library.example.org")
    with deployment.serve() as server:
        server.wait_until_it_answers()
        yield Talk(deployment.port)


def test_the_client_is_whom_the_proxy_names(talk: Talk) -> None:
    status, text, _cookie = talk.ask("POST", "/api/auth/login", WORDS, **JSON, **PROXIED)
    assert status == 200
    authorization = {"Authorization": f"Token {json.loads(text)['token']}"}
    _status, audit, _cookie = talk.ask("GET", "/api/audit?event=auth.login", **authorization, **PROXIED)
    facts: list[dict[str, Any]] = json.loads(audit)["results"]
    assert facts[0]["remote_address"] == "192.0.2.5"


def test_cookies_are_host_bound_and_secure(talk: Talk) -> None:
    status, _page, cookie = talk.ask("GET", "/admin/login/", **PROXIED)
    assert status == 200
    assert cookie.startswith("__Host-csrftoken=")
    assert {"Secure", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "max-age=31536000; includeSubDomains; preload" in talk.heard[-1]


def test_without_tls_pages_redirect_the_api_refuses_and_a_probe_is_answered(talk: Talk) -> None:
    plain = {"Host": "library.example.org"}
    assert talk.ask("GET", "/admin/login/", **plain)[0] == 301
    status, text, _cookie = talk.ask("POST", "/api/auth/login", WORDS, **JSON, **plain)
    assert (status, json.loads(text)["code"]) == (403, "https_required")
    assert talk.ask("GET", "/health", **plain)[0] == 200
