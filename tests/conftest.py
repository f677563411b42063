"""What every test may ask for: the four real databases, a payload store, people, and the real documents."""

import os
import shutil
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.utils import timezone
from filelock import FileLock
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker, Settings
from whitenoise.middleware import WhiteNoiseMiddleware

from assemblies.conf import payload_store
from assemblies.execution.triggers import remove_triggers
from assemblies.payloads import PayloadStore
from devmode import grants
from devmode.actor import Actor, Role
from devmode.sqlite_files import find_sqlite_file
from tests.commands.deployment import Prepared
from tests.effort import TORTURE, effort

# The gate draws the same examples each time, `make torture` new ones.
hypothesis_settings.register_profile(
    "borealis",
    deadline=None,
    derandomize=not TORTURE,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=effort(gate=30, torture=2000),
)
hypothesis_settings.load_profile("borealis")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Databases on a server are named after the run as well, so that two runs at once leave each other's alone."""
    run = uuid4().hex[:8]
    for of_server in [one for one in connections.all() if one.vendor != "sqlite"]:
        of_server.settings_dict["TEST"]["NAME"] += f"_{run}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test databases, without the triggers that would keep Django from emptying them after real commits.

    Tests about events create the triggers within their own transaction.
    """
    with django_db_blocker.unblock():
        if "ba_queue_workitemevent" in connections["execution"].introspection.table_names():
            remove_triggers(connections["execution"])


@pytest.fixture
def library(db_of_library: None, store: PayloadStore) -> PayloadStore:
    """An empty library: four databases within a transaction each, and a payload store of its own."""
    return store


@pytest.fixture
def db_of_library(db: None) -> None:
    """All four databases. A test that needs real commits is marked `django_db(transaction=True, ...)`."""


@pytest.fixture
def own_databases(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """Databases in files that nobody has open, and in their place afterwards as they were: for tests that damage or
    replace them.

    A connection that an earlier test left open, in a thread or by a statement that an exception keeps, holds what is
    another file by then.
    """
    files = [find_sqlite_file(alias) for alias in connections]
    copies = {file: tmp_path / f"before-{file.name}" for file in files if file is not None}
    for file, copy in copies.items():
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    _exchange(copies)
    yield
    _exchange(copies)


def _exchange(copies: dict[Path, Path]) -> None:
    connections.close_all()
    for file, copy in copies.items():
        fresh = file.with_name(f"{file.name}.fresh")
        shutil.copyfile(copy, fresh)
        for companion in ("-wal", "-shm"):
            file.with_name(f"{file.name}{companion}").unlink(missing_ok=True)
        fresh.replace(file)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Mark before the run what uses the library, for the databases that are made are those which a marker names.

    In the order that came of it what takes long is put first, so that at the end no worker waits for another.
    """
    for item in items:
        if "db_of_library" in getattr(item, "fixturenames", ()) and item.get_closest_marker("django_db") is None:
            item.add_marker(pytest.mark.django_db(databases="__all__"))
    if connection.vendor != "sqlite":
        elsewhere = [item for item in items if item.get_closest_marker("sqlite")]
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if not item.get_closest_marker("sqlite")]
    yield
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture
def store(tmp_path: Path, settings: Settings) -> Iterator[PayloadStore]:
    (tmp_path / "Payloads").mkdir()
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


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """A library that `prepare` made once for all processes of this run; each test takes a copy."""
    shared = tmp_path_factory.getbasetemp()
    shared = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "prepared"
    shared.mkdir(exist_ok=True)
    with FileLock(shared / "lock"):
        if not (shared / "token").exists():
            Prepared.make(shared / "var")
    return Prepared.at(shared / "var")


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
    bearer = grants.session_digest("a session key")
    with transaction.atomic():
        grant = grants.issue(user, bearer, reason="tests", remote_address="", now=timezone.now())
    return Actor(name="grace", role=Role.ADMINISTRATOR, grant_id=grant.pk)


@pytest.fixture
def command() -> Actor:
    return Actor.of_command("test")


@pytest.fixture(autouse=True, scope="session")
def static_files_listed_once() -> Iterator[None]:
    """Each test client builds the middleware for itself, and WhiteNoise would list all static files each time."""
    list_files, listed = WhiteNoiseMiddleware.add_files_from_finders, dict[tuple[object, ...], dict[str, Any]]()

    def add_listed_files(middleware: WhiteNoiseMiddleware) -> None:
        key = (middleware.static_prefix, middleware.max_age, middleware.allow_all_origins)
        if key not in listed:
            collected, middleware.files = middleware.files, {}
            list_files(middleware)
            listed[key], middleware.files = middleware.files, collected
        middleware.files |= listed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_listed_files)
        yield


def pytest_configure() -> None:
    # Argon2 is slow on purpose; no test is about how slow it is.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    assert str(settings.RUNTIME_ROOT).startswith(os.environ["BOREALIS_RUNTIME_ROOT"])


# What the reason of a skip names.
ENGINES = ("PostgreSQL", "BOREALIS_TEST_TARGETS", "Chromium", "strace is not installed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With BOREALIS_REQUIRE_ENGINES=1 a test that skips for want of an engine has failed.

    Other programs (PowerShell, nginx …) may be missing: no machine has all of them.
    """
    report = yield
    is_required = os.environ.get("BOREALIS_REQUIRE_ENGINES") == "1"
    if report.skipped and is_required and any(engine in str(report.longrepr) for engine in ENGINES):
        report.outcome = "failed"
        report.longrepr = f"BOREALIS_REQUIRE_ENGINES=1, but the test skipped: {report.longreprtext or report.longrepr}"
    return report
