"""A clock that moves one second with each request, and a conversation to hold."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from assemblies.catalogue import library_catalogue
from assemblies.payloads import PayloadStore
from tests.wire.conversation import Conversation

FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self._now = FIRST

    def now(self) -> datetime:
        return self._now

    def tick(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


@pytest.fixture
def conversation(clock: Clock, library: PayloadStore, settings: Any, tmp_path: Path) -> Any:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.OFFICIAL_SOURCE = str(tmp_path / "published")
    settings.SIGNING_KEY_FILE = tmp_path / "signing.key"
    settings.RUNTIME_ROOT = tmp_path
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    cache.clear()
    library_catalogue.cache_clear()
    yield Conversation(tmp_path, clock.tick)
    library_catalogue.cache_clear()
    cache.clear()
