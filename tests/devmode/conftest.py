"""Administrators with their browsers and programs, an official assembly, and a clock that jumps."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.payloads import PayloadStore
from devmode.accounts.tokens import issue_token
from devmode.actor import Actor
from devmode.models import AuditEntry
from devmode.models.audit import Outcome
from tests.api.conftest import PASSWORD, Answer, Api
from tests.documents_made import script
from tests.permits import may_create

STATE = "/api/assemblies/dev-mode"
SWITCH, GRANTS, WRITE = f"{STATE}/switch", f"{STATE}/grants", f"{STATE}/write"
ON, OFF = {"enabled": True, "reason": "repair"}, {"enabled": False}
MakeUser = Callable[..., User]


@pytest.fixture
def make_user(library: PayloadStore) -> MakeUser:
    def make(name: str, group: str = "") -> User:
        user = User.objects.create_user(name, password=PASSWORD)
        if group:
            user.groups.add(Group.objects.get(name=group))
        return user

    return make


@pytest.fixture
def ada(make_user: MakeUser) -> User:
    return make_user("ada", "Administrators")


@pytest.fixture
def eve(make_user: MakeUser) -> User:
    """Another administrator."""
    return make_user("eve", "Administrators")


@pytest.fixture(params=["session", "token"])
def api(request: pytest.FixtureRequest, ada: User) -> Api:
    """Ada's freshly logged-in browser, and her program."""
    return browser_of(ada) if request.param == "session" else program_of(ada)


@pytest.fixture
def official(library: PayloadStore, command: Actor) -> str:
    return create(script(), domain=Domain.OFFICIAL, permit=may_create(command), store=library).guid


def browser_of(user: User, **options: Any) -> Api:
    client = Client(**options)
    client.force_login(user)
    return Api(client)


def program_of(user: User, *, ttl_seconds: int = 36000) -> Api:
    return with_token(issue_token(user, ttl_seconds=ttl_seconds, now=timezone.now())[0])


def with_token(token: str) -> Api:
    return Api(Client(headers={"Authorization": f"Token {token}"}))


def entered(api: Api) -> Api:
    """Return the client, in Dev Mode."""
    assert api.post(SWITCH, ON).json()["enabled"] is True
    return api


def changed(api: Api, guid: str, name: str = "Changed") -> Answer:
    """Try a protected change, which is refused to everybody but an administrator in Dev Mode."""
    return api.patch(f"/api/assemblies/{guid}", {"display_name": name})


def in_dev_mode(api: Api) -> bool:
    return bool(api.get(STATE).json()["enabled"])


def denied_events() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(outcome=Outcome.DENIED).order_by("sequence").values_list("event", "actor"))


class Clock:
    """`django.utils.timezone.now`, moved by an offset."""

    def __init__(self, read: Callable[[], datetime]) -> None:
        self._read = read
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return self._read() + self.offset

    def jump(self, **by: float) -> None:
        self.offset += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    moved = Clock(timezone.now)
    monkeypatch.setattr(timezone, "now", moved.now)
    yield moved
