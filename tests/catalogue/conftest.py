"""A catalogue of its own for each test."""

from datetime import timedelta

import pytest

from assemblies.catalogue import (
    Catalogue,
)
from assemblies.payloads import PayloadStore


@pytest.fixture
def catalogue(library: PayloadStore) -> Catalogue:
    return Catalogue(interval=timedelta(seconds=60))
