"""A hosting API, and a repository on it that is watched."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.upstream.hosting_api import HostingApi, serving


@pytest.fixture
def hosting(tmp_path: Path, settings: Settings) -> Iterator[HostingApi]:
    with serving() as api:
        settings.REPO, settings.REPO_BRANCH, settings.REPO_HASH_REFRESH = "acme/scripts", "main", 60
        settings.GITHUB_API, settings.CACHE_DIR = api.address, tmp_path / "cache"
        yield api
