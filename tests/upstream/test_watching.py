"""An update of the official source: seen on the front page, taken over where that is switched on."""

from collections.abc import Iterator
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from assemblies.errors import SyncRefused
from assemblies.models import SyncRecord
from assemblies.payloads import PayloadStore
from assemblies.upstream import watching
from assemblies.upstream.watching import find_update, look, watch_upstream
from tests.schedules.jobs_made import assembly
from tests.upstream.hosting_api import ONE, TWO, HostingApi


@pytest.fixture
def official(hosting: HostingApi, library: PayloadStore, settings: Settings) -> Iterator[HostingApi]:
    """The official source is the watched repository, synchronised at its first commit."""
    settings.OFFICIAL_SOURCE, settings.OFFICIAL_REF = "https://git.example/acme/scripts.git", "main"
    SyncRecord.objects.create(recorded_at=timezone.now(), outcome="done", source="x", source_version=ONE)
    yield hosting


def test_no_update_while_the_head_is_what_was_synchronised(official: HostingApi) -> None:
    look()
    assert find_update() == ""


def test_a_moved_head_is_an_update_of_that_source_only(official: HostingApi, settings: Settings) -> None:
    official.sha = TWO
    assert find_update() == ""
    look()
    assert find_update() == TWO
    settings.OFFICIAL_REF = "stable"
    assert find_update() == ""
    settings.OFFICIAL_REF, settings.OFFICIAL_SOURCE = "main", "/srv/catalogue"
    assert find_update() == ""


def test_the_front_page_says_so(official: HostingApi, library: PayloadStore) -> None:
    assembly(library)
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    assert b"update available: the official source" not in client.get("/admin/").content
    official.sha = TWO
    look()
    assert b"update available: the official source" in client.get("/admin/").content


def test_nobody_is_contacted_without_a_repository(official: HostingApi, settings: Settings) -> None:
    settings.REPO = ""
    look()
    assert official.requests == []
    assert find_update() == ""


def test_a_sync_by_itself_is_guarded_and_a_refused_head_is_not_tried_again(
    official: HostingApi, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def closed(*_place: str) -> None:
        asked.append(TWO)
        raise SyncRefused

    monkeypatch.setattr(watching, "open_source", closed)
    official.sha = TWO
    assert look() == ""
    assert asked == []
    settings.OFFICIAL_SYNC_ON_UPDATE = True
    refused = look()
    assert (refused, asked) == (TWO, [TWO])
    assert look(refused) == TWO
    assert asked == [TWO]


def test_no_fault_ends_the_watching(official: HostingApi, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    stopped = Event()

    def fail(_refused: str) -> str:
        nonlocal looks
        looks += 1
        if looks == 2:
            stopped.set()
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(watching, "look", fail)
    monkeypatch.setattr(stopped, "wait", lambda _seconds: stopped.is_set())
    watch_upstream(stopped)
    assert looks == 2
