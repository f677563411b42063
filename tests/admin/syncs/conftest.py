"""A published folder, and an administrator in Dev Mode who may synchronise it."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from devmode import grants
from tests.admin.conftest import signed_in
from tests.admin.syncs.pages import RUN
from tests.official.published_folder import publish_many


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """A source of three documents."""
    folder = tmp_path / "published"
    publish_many(folder, 3)
    settings.OFFICIAL_SOURCE = str(folder)
    return folder


@pytest.fixture
def granted(ada: User, folder: Path) -> Client:
    """An administrator in Dev Mode."""
    client = signed_in(ada)
    bearer = grants.session_digest(str(client.session.session_key))
    with transaction.atomic():
        grants.issue(ada, bearer, reason="sync", remote_address="", now=timezone.now())
    return client


@pytest.fixture
def synced(granted: Client) -> Client:
    granted.post(RUN)
    return granted
