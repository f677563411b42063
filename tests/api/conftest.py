"""People with their clients, and assemblies to ask about."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from assemblies import documents
from assemblies.actions.change import Receipt
from assemblies.actions.import_documents import OnConflict, import_documents
from assemblies.domains import Domain
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore
from devmode.accounts.tokens import issue_token
from devmode.actor import Actor
from devmode.models import AuditEntry
from tests.permits import may_import

PASSWORD = "correct horse battery staple"
Answer = Any


class Api:
    """A client of the REST interface that speaks JSON."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, **headers: str) -> Answer:
        return self.client.get(path, headers=_names(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self._send("post", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self._send("put", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self._send("patch", path, body, headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.client.delete(path, headers=_names(headers))

    def upload(self, path: str, form: Mapping[str, Any]) -> Answer:
        return self.client.post(path, dict(form))

    def put_bytes(self, path: str, content: bytes, content_type: str = "text/plain", **headers: str) -> Answer:
        return self.client.put(path, content, content_type=content_type, headers=_names(headers))

    def _send(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        raw = body if isinstance(body, bytes | str) else json.dumps(body)
        send = getattr(self.client, method)
        return send(path, raw, content_type="application/json", headers=_names(headers))


def _names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture(autouse=True)
def _fresh_process() -> Iterator[None]:
    """Nobody has been counted yet."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def make_user(library: PayloadStore) -> Callable[..., User]:
    def make(name: str, group: str = "") -> User:
        user = User.objects.create_user(name, password=PASSWORD)
        if group:
            user.groups.add(Group.objects.get(name=group))
        return user

    return make


@pytest.fixture
def anonymous(library: PayloadStore) -> Api:
    """Nobody is signed in."""
    return Api(Client())


@pytest.fixture
def as_viewer(make_user: Callable[..., User]) -> Api:
    return signed_in(make_user("vera"))


@pytest.fixture
def as_operator(make_user: Callable[..., User]) -> Api:
    return signed_in(make_user("olga", "Operators"))


@pytest.fixture
def as_administrator(make_user: Callable[..., User]) -> Api:
    """An administrator without Dev Mode."""
    return signed_in(make_user("ada", "Administrators"))


def signed_in(user: User) -> Api:
    token, _record = issue_token(user, ttl_seconds=3600, now=timezone.now())
    return Api(Client(headers={"Authorization": f"Token {token}"}))


MakeAssembly = Callable[..., str]


@pytest.fixture
def make_assembly(library: PayloadStore, command: Actor) -> MakeAssembly:
    """Put a script into any domain, as a command may. Returns its GUID."""

    def put(name: str = "Uptime", domain: Domain = Domain.USER, script: str = "uptime\n", **fields: Any) -> str:
        entry = {"name": name, "type": "bash", "script": script, "script_encoding": "plain", **fields}
        document = documents.read_document(entry, max_bytes=1 << 20)
        return imported([document], domain, command, library)[0].guid

    return put


def imported(found: list[documents.Document], domain: Domain, actor: Actor, store: PayloadStore) -> list[Receipt]:
    return import_documents(found, domain=domain, on_conflict=OnConflict.UPDATE, permit=may_import(actor), store=store)


def payload_files(store: PayloadStore) -> int:
    """Return how many files stand below the payload root."""
    root = Path(store.storage.location)  # type: ignore[attr-defined]
    return sum(1 for path in root.rglob("*") if path.is_file())


def traces(store: PayloadStore) -> tuple[int, int, int]:
    """Return what a change leaves: rows, journal entries, payload files."""
    return Assembly.objects.count(), JournalEntry.objects.count(), payload_files(store)


def denials() -> int:
    return AuditEntry.objects.filter(outcome="denied").count()


def assert_refused(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """Check a refusal's status and shape. Returns its detail."""
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert body.keys() == {"code", "message", "detail"}
    assert (body["code"], bool(body["message"])) == (code, True)
    detail: dict[str, Any] = body["detail"]
    return detail


def assert_private(answer: Answer) -> None:
    assert answer["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Authorization"} <= {name.strip() for name in answer["Vary"].split(",")}


def path_of(guid: str, rest: str = "") -> str:
    return f"/api/assemblies/{guid}{rest}"
