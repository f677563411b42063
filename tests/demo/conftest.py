"""A library filled as `serve --demo` fills it, but for the time that hashing passwords takes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assemblies.catalogue import library_catalogue
from assemblies.demo.fill import fill
from assemblies.demo.people import People
from assemblies.management.preparation import ensure_administrator
from assemblies.payloads import PayloadStore


@pytest.fixture
def prepared(library: PayloadStore, settings: Any, tmp_path: Path) -> PayloadStore:
    """A library as preparing it leaves it: empty but for its first administrator."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD = "ada", "a password of the test"
    settings.OFFICIAL_SOURCE = str(tmp_path / "published")
    ensure_administrator()
    return library


@pytest.fixture
def people(prepared: PayloadStore, settings: Any) -> Iterator[People]:
    """The people of a filled demonstration."""
    library_catalogue.cache_clear()
    yield fill(prepared, Path(settings.OFFICIAL_SOURCE))
    library_catalogue.cache_clear()
