"""Canary secrets through a whole life of a library: none is left in a log, the audit, a database or an answer."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from tests.commands.deployment import Deployment
from tests.hardening.talk import JSON, Talk
from tests.patience import HANG_SECONDS

SECRET_KEY = "canary-secret-key-" + "k" * 50
PASSWORD = "canary password of the administrator"
TYPED_WRONG = "canary password typed wrong"
GIT_PASSWORD = "canary-git-password"


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment(
        tmp_path / "var",
        BOREALIS_SECRET_KEY=SECRET_KEY,
        BOREALIS_ADMIN_PASSWORD=PASSWORD,
        BOREALIS_OFFICIAL_SOURCE=f"https://somebody:{GIT_PASSWORD}@127.0.0.1:9/catalogue.git",
    )


def dumps(root: Path) -> Iterator[str]:
    """Yield each database as its bytes stand on the disk, with what was deleted and not yet overwritten."""
    for file in sorted(root.rglob("*.db*")):
        yield file.read_bytes().decode(errors="replace")


def logs(root: Path) -> Iterator[str]:
    for file in sorted((root / "Logs").iterdir()):
        yield file.read_text()


def token_of(talk: Talk) -> str:
    words = {"username": "admin", "password": PASSWORD}
    status, text, _cookie = talk.ask_unheard("POST", "/api/auth/login", json.dumps(words), **JSON)
    assert status == 200
    return str(json.loads(text)["token"])


def session_of(talk: Talk) -> str:
    _status, page, cookie = talk.ask_unheard("GET", "/admin/login/")
    csrf = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
    form = urlencode({"username": "admin", "password": PASSWORD, "csrfmiddlewaretoken": csrf, "next": "/admin/"})
    kind = "application/x-www-form-urlencoded"
    status, _page, cookie = talk.ask_unheard(
        "POST", "/admin/login/", form, Cookie=cookie.split(";")[0], Content_Type=kind
    )
    assert status == 302
    return str(re.findall(r"borealis_sessionid=(\w+)", cookie)[0])


def use_and_fail(talk: Talk, token: str, session: str) -> None:
    """Bring every secret to every door that answers with an error, and to those that write something down."""
    mine = {"Authorization": f"Token {token}"}
    cookie = {"Cookie": f"borealis_sessionid={session}"}
    for words in (
        {"username": "admin", "password": TYPED_WRONG},
        {"username": 1, "password": PASSWORD},
        {"username": "admin", "password": PASSWORD, "more": TYPED_WRONG},
        [PASSWORD],
    ):
        assert talk.post_json("/api/auth/login", words)[0] in {400, 401}
    assert talk.ask("POST", "/api/auth/login", f'{{"password": "{PASSWORD}"', **JSON)[0] == 400
    switch = "/api/assemblies/dev-mode/switch"
    assert talk.post_json(switch, {"enabled": True, "password": TYPED_WRONG}, **mine)[0] == 403
    assert talk.post_json(switch, {"enabled": True, "password": PASSWORD}, **mine)[0] == 200
    assert talk.post_json(switch, {"enabled": True, "password": PASSWORD}, **cookie)[0] == 403
    assert talk.ask("GET", "/api/assemblies?" + urlencode({"q": "x", "limit": "x"}), **mine)[0] == 400
    for headers in (mine, cookie, {"Authorization": f"Token {token}x"}, {"Authorization": f"Bearer {token}"}):
        for path_ in ("/api/assemblies", "/api/no-such-call", "/api/audit?limit=1000", "/admin/", "/no-such-page"):
            talk.ask("GET", path_, **headers)
    assert talk.ask("GET", f"/api/assemblies/x?token={token}", **mine)[0] == 400
    assert talk.ask("GET", f"/api/assemblies?sessionid={session}", **cookie)[0] == 400
    body = {"display_name": "X", "assembly_type": "bash", "payload": "true\n"}
    assert talk.post_json("/api/assemblies", body, **mine)[0] == 201
    assert talk.post_json("/api/assemblies/dev-mode/write", {}, **mine)[0] == 200
    talk.post_json("/api/assemblies/official/sync", {}, **mine)
    assert talk.ask("GET", "/health/ready", **mine)[0] in {200, 503}


def test_none_is_found_anywhere(deployment: Deployment) -> None:
    said: list[str] = []
    with deployment.serve() as server:
        server.wait_until_it_answers()
        talk = Talk(deployment.port)
        token, session = token_of(talk), session_of(talk)
        use_and_fail(talk, token, session)
        server.end()
        said += server.process.communicate(timeout=HANG_SECONDS)
    for arguments in (["sync_official"], ["sync_official", "--json"], ["show_config"], ["show_config", "--json"]):
        done = deployment.run(*arguments)
        said += [done.stdout, done.stderr]
    places = {
        "answers": talk.heard,
        "output": said,
        "logs": list(logs(deployment.root)),
        "dumps": list(dumps(deployment.root)),
    }
    assert len(places["answers"]) > 25
    assert len(places["dumps"]) >= 4
    # Were these not found, that nothing else is would mean nothing.
    for place, known in {
        "answers": "password_wrong",
        "logs": "no-such-page",
        "dumps": "kept:",
        "output": "git",
    }.items():
        assert any(known in text for text in places[place])
    for secret in (token, session, PASSWORD, TYPED_WRONG, GIT_PASSWORD, SECRET_KEY):
        for place, texts in places.items():
            assert not any(secret in text for text in texts), f"{secret} in {place}"


def fail(request: HttpRequest) -> HttpResponse:
    local = request.META["HTTP_AUTHORIZATION"]
    raise RuntimeError(f"unforeseen at /srv/library/engine.db with {len(local)} characters")


urlpatterns = [path("api/fail", fail), path("fail", fail)]
handler500 = "borealis_assemblies.errors.server_error"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("where", ["/api/fail", "/fail"])
def test_an_unforeseen_error_shows_nothing_of_the_inside(where: str) -> None:
    client = Client(raise_request_exception=False, headers={"Authorization": "Token canary-token"})
    answer = client.get(where)
    assert answer.status_code == 500
    for word in (b"Traceback", b"RuntimeError", b"/srv", b"engine.db", b"canary", b"site-packages"):
        assert word not in answer.content
    if where.startswith("/api"):
        assert answer.json()["code"] == "internal_server_error"
