"""An administrator with a browser."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from assemblies.payloads import PayloadStore
from tests.admin.conftest import signed_in
from tests.admin.dev_mode.pages import administrator


@pytest.fixture
def grace(library: PayloadStore) -> User:
    return administrator("grace")


@pytest.fixture
def browser(grace: User) -> Client:
    return signed_in(grace)
