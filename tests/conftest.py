"""What every test may ask for: the four real databases, a payload store, people, and the real documents."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker, Settings

from assemblies.actions.actor import Actor
from assemblies.conf import payload_store
from assemblies.execution.triggers import execute
from assemblies.payloads import PayloadStore
from devmode import grants
from devmode.accounts.roles import Role

hypothesis_settings.register_profile(
    "gate", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=100
)
hypothesis_settings.register_profile("long", deadline=None, max_examples=5000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test databases, without the triggers that would keep Django from emptying them after real commits.

    Tests about events create the triggers within their own transaction.
    """
    with django_db_blocker.unblock():
        if "ba_queue_workitemevent" in connections["execution"].introspection.table_names():
            execute(connections["execution"], 1)


@pytest.fixture
def library(db_of_library: None, store: PayloadStore) -> PayloadStore:
    """An empty library: four databases within a transaction each, and a payload store of its own."""
    return store


@pytest.fixture
def db_of_library(request: pytest.FixtureRequest) -> None:
    """All four databases. A test that needs real commits is marked `django_db(transaction=True, ...)`."""
    if request.node.get_closest_marker("django_db") is None:
        request.applymarker(pytest.mark.django_db(databases="__all__"))
    request.getfixturevalue("db")


@pytest.fixture
def store(tmp_path: Path, settings: Settings) -> Iterator[PayloadStore]:
    settings.PAYLOAD_STORAGE_URL = (tmp_path / "Payloads").as_uri()
    payload_store.cache_clear()
    yield payload_store()
    payload_store.cache_clear()


@pytest.fixture
def corpus() -> Path:
    """The real documents, where the machine has them."""
    folder = os.environ.get("BOREALIS_TEST_CORPUS", "")
    if not folder:
        pytest.skip("BOREALIS_TEST_CORPUS names no folder of real documents")
    return Path(folder)


@pytest.fixture
def viewer() -> Actor:
    return Actor(name="vera", role=Role.VIEWER)


@pytest.fixture
def operator() -> Actor:
    return Actor(name="olga", role=Role.OPERATOR)


@pytest.fixture
def administrator() -> Actor:
    return Actor(name="ada", role=Role.ADMINISTRATOR)


@pytest.fixture
def granted(db_of_library: None) -> Actor:
    """An administrator with a live Dev Mode grant."""
    user = User.objects.create_superuser("grace", password="a long test password")
    bearer = grants.Bearer.of_session(user, "a session key")
    with transaction.atomic():
        grant = grants.issue(bearer, reason="tests", remote_address="", now=timezone.now())
    return Actor(name="grace", role=Role.ADMINISTRATOR, grant_id=grant.pk)


@pytest.fixture
def command() -> Actor:
    return Actor.of_command("test")


def pytest_configure() -> None:
    assert str(settings.RUNTIME_ROOT).startswith(os.environ["BOREALIS_RUNTIME_ROOT"])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With BOREALIS_REQUIRE_ENGINES=1 a test that skips for want of an engine has failed."""
    report = yield
    if report.skipped and os.environ.get("BOREALIS_REQUIRE_ENGINES") == "1":
        report.outcome = "failed"
        report.longrepr = f"BOREALIS_REQUIRE_ENGINES=1, but the test skipped: {report.longreprtext or report.longrepr}"
    return report
