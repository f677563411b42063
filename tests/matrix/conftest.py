"""One identity before a filled library."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assemblies.catalogue import library_catalogue
from assemblies.payloads import PayloadStore
from tests.matrix.asking import Caller
from tests.matrix.identities import IDENTITIES, bystander
from tests.matrix.stocked import filled
from tests.official.published_folder import publish


@pytest.fixture(params=IDENTITIES)
def caller(request: pytest.FixtureRequest, library: PayloadStore, settings: Any, tmp_path: Path) -> Iterator[Caller]:
    stocked = filled(library)
    settings.OFFICIAL_SOURCE = str(tmp_path / "published")
    # On a busy machine it lasts minutes, and what waits must not be overdue by then: `health/ready` would say so.
    settings.FLUSH_INTERVAL_SECONDS = 3600
    settings.SIGNING_KEY_FILE = tmp_path / "signing.key"
    publish(tmp_path / "published", 1, assembly_guid=stocked.guids["official"])
    bystander()
    library_catalogue.cache_clear()
    yield Caller(request.param, IDENTITIES[request.param](), stocked, library)
    library_catalogue.cache_clear()
