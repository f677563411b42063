"""The button that synchronises the official shelf."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from assemblies.models import Assembly, SyncRecord
from assemblies.payloads import PayloadStore
from devmode import grants
from devmode.grants import Bearer
from devmode.models import AuditEntry

LIST = "/admin/assemblies/syncrecord/"
RUN = f"{LIST}run/"


@pytest.fixture
def ada(library: PayloadStore) -> User:
    return User.objects.create_superuser("ada", password="a long test password")


@pytest.fixture
def client(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def granted(client: Client, ada: User) -> Client:
    bearer = Bearer.of_session(ada, str(client.session.session_key))
    with transaction.atomic():
        grants.issue(bearer, reason="sync", remote_address="", now=timezone.now())
    return client


def test_in_dev_mode_the_shelf_is_synchronised_at_a_click(granted: Client) -> None:
    assert "Synchronise now" in granted.get(LIST).content.decode()
    said = granted.post(RUN, {"dry_run": "no"}, follow=True).content.decode()
    assert "Synchronised: 32 added" in said
    assert Assembly.objects.of_domain("official").count() == 32  # type: ignore[arg-type]
    assert SyncRecord.objects.get().actor == "ada"


def test_a_dry_run_says_what_would_come_and_changes_nothing(granted: Client) -> None:
    said = granted.post(RUN, {"dry_run": "yes"}, follow=True).content.decode()
    assert "A sync would come to: 32 added" in said
    assert not Assembly.objects.exists()


def test_without_dev_mode_there_is_no_button_and_a_post_is_refused_and_audited(client: Client) -> None:
    page = client.get(LIST).content.decode()
    assert "Synchronise now" not in page
    assert "Enter Dev Mode" in page
    assert client.post(RUN, {"dry_run": "no"}).status_code == 403
    assert not Assembly.objects.exists()
    assert AuditEntry.objects.get(outcome="denied").event == "official.sync"


def test_a_source_that_cannot_be_read_is_told_in_words(granted: Client, settings: Settings, tmp_path: Path) -> None:
    settings.OFFICIAL_SOURCE = str(tmp_path / "nowhere")
    answer = granted.post(RUN, {"dry_run": "no"}, follow=True)
    assert answer.status_code == 200
    assert "messagelist" in answer.content.decode()
    assert not Assembly.objects.exists()


def test_strangers_and_plain_visits_get_nowhere(client: Client) -> None:
    assert Client().post(RUN).status_code == 302
    assert client.get(RUN).status_code == 405
