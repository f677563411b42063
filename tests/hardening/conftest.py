"""People, their browsers and programs, and what the engine log was told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from assemblies.payloads import PayloadStore
from devmode.accounts.tokens import issue_token

PASSWORD = "correct horse battery staple"
Api = Callable[..., Any]


@pytest.fixture
def ada(library: PayloadStore) -> User:
    return User.objects.create_superuser("ada", password=PASSWORD)


@pytest.fixture
def olga(library: PayloadStore) -> User:
    user = User.objects.create_user("olga", password=PASSWORD)
    user.groups.add(Group.objects.get(name="Operators"))
    return user


def asked(ask: Callable[..., Any], path: str, **facts: Any) -> Any:
    """Return the answer, read to its end: a file that is not would stay open."""
    answer = ask(path, **facts)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def browser_of(user: User, **facts: Any) -> Client:
    client = Client(**facts)
    client.force_login(user)
    return client


def program_of(user: User) -> Client:
    token, _record = issue_token(user, ttl_seconds=3600, now=timezone.now())
    return Client(headers={"Authorization": f"Token {token}"})


def log_in(name: str, password: str = PASSWORD, *, address: str = "192.0.2.1", door: str = "api") -> Any:
    """Try to log in through the API or through the admin's page."""
    client = Client(REMOTE_ADDR=address)
    words = {"username": name, "password": password}
    if door == "api":
        return client.post("/api/auth/login", words, content_type="application/json")
    return client.post("/admin/login/?next=/admin/", words)


@pytest.fixture
def logged() -> Callable[[], list[str]]:
    """Return the lines that engine.log got since the test began."""
    path = Path(settings.LOG_DIRECTORY) / "engine.log"
    start = path.stat().st_size if path.exists() else 0

    def lines() -> list[str]:
        with path.open("rb") as file:
            file.seek(start)
            return file.read().decode().split("\n")[:-1]

    return lines
