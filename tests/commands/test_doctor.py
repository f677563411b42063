"""`doctor`: each fault is named in words, with what repairs it."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone

from assemblies.actions.create import create
from assemblies.domains import Domain
from assemblies.journal.flush import flush
from assemblies.management.preparation import mark_store
from assemblies.models import DomainState, JournalHead, Watermark
from assemblies.payloads import PayloadStore
from assemblies.payloads.marker import MARKER
from devmode.actor import Actor
from devmode.models import Installation
from tests.backup.mirrored_library import on_sqlite, payload_of
from tests.commands.calling import call
from tests.commands.deployment import Deployment
from tests.documents_made import script
from tests.hardening.test_low_disk import Usage
from tests.official.published_folder import guid
from tests.permits import may_create

MAX_SECONDS = 5
Plant = Callable[[PayloadStore, pytest.MonkeyPatch], object]


@pytest.fixture
def served(library: PayloadStore, operator: Actor) -> PayloadStore:
    User.objects.create_superuser("ada")
    mark_store(library)
    create(script("One", guid=guid(1)), domain=Domain.USER, permit=may_create(operator), store=library)
    flush()
    return library


def forget_a_migration(_store: PayloadStore, _patch: pytest.MonkeyPatch) -> None:
    with connections["community"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'assemblies' AND name LIKE '0005%%'")


def fill_the_disk(_store: PayloadStore, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shutil, "disk_usage", lambda _place: Usage(100_000, 0, 1_000))


def fail_to_flush(_store: PayloadStore, _patch: pytest.MonkeyPatch) -> None:
    DomainState.objects.filter(domain="user").update(persisted_sequence=0, attempts=3, last_error="It is locked.")


def set_the_clock_back(_store: PayloadStore, patch: pytest.MonkeyPatch) -> None:
    earlier = timezone.now() - timedelta(days=1)
    patch.setattr(timezone, "now", lambda: earlier)


FAULTS: list[tuple[str, str, Plant]] = [
    ("payloads", "restore_domains DIR --payloads-only", lambda store, _patch: payload_of(1, store).unlink()),
    ("payloads", "restore_domains DIR --payloads-only", lambda store, _patch: store.storage.delete(MARKER)),
    (
        "library",
        "restore_domains DIR",
        lambda _s, _p: Watermark.objects.using("user_created").update(journal_id="other"),
    ),
    ("community", "prepare", forget_a_migration),
    ("user_created", "flush_writes", fail_to_flush),
    ("disk", "df -h", fill_the_disk),
    ("clock", "timedatectl", set_the_clock_back),
    ("journal", "verify_library", lambda _store, _patch: JournalHead.objects.update(hash="0" * 64)),
    ("accounts", "createsuperuser", lambda _store, _patch: User.objects.update(is_active=False)),
    ("secret.key", "--adopt-secret-key", lambda _s, _p: Installation.objects.update(secret_key_fingerprint="another")),
    ("assemblies.E005", "BOREALIS_DEBUG", lambda _store, patch: patch.setattr("django.conf.settings.DEBUG", True)),
]


def test_a_healthy_installation_is_told_so_within_seconds(served: PayloadStore) -> None:
    called = call("doctor", "--json")
    assert (called.exit_code, called.answer["findings"]) == (0, [])
    assert called.answer["elapsed_seconds"] < MAX_SECONDS
    assert "Nothing is wrong" in call("doctor").stdout


@pytest.mark.parametrize(("subject", "remedy", "plant"), FAULTS)
def test_each_fault_is_named_with_what_repairs_it(
    served: PayloadStore, monkeypatch: pytest.MonkeyPatch, subject: str, remedy: str, plant: Plant
) -> None:
    Installation.current()
    plant(served, monkeypatch)
    called = call("doctor", "--json")
    assert called.exit_code == 2
    remedies = {finding["subject"]: finding["remedy"] for finding in called.answer["findings"]}
    assert remedy in remedies[subject], remedies


def test_the_health_page_says_it_too(served: PayloadStore) -> None:
    payload_of(1, served).unlink()
    browser = Client()
    browser.force_login(User.objects.get(username="ada"))
    page = browser.get("/admin/health/").content.decode()
    assert "What repairs it" in page
    assert "restore_domains DIR --payloads-only" in page


@on_sqlite
def test_nothing_is_made_where_nothing_is(tmp_path: Path) -> None:
    empty = Deployment(tmp_path / "var")
    asked = empty.run("doctor", "--json")
    assert (asked.returncode, "Traceback" in asked.stderr) == (2, False), asked.stderr
    assert '"manage.py prepare"' in asked.stdout
    assert not list(empty.root.rglob("*.db"))
