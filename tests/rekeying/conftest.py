"""The bench in both profiles, and in each."""

from pathlib import Path

import pytest

from assemblies.payloads import PayloadStore
from tests.rekeying.bench import AtocoreBench, CatalogueBench


@pytest.fixture(params=["atocore", "catalogue"])
def bench(request: pytest.FixtureRequest, tmp_path: Path, library: PayloadStore) -> AtocoreBench | CatalogueBench:
    return AtocoreBench(tmp_path) if request.param == "atocore" else CatalogueBench(tmp_path, library)


@pytest.fixture
def atocore(tmp_path: Path) -> AtocoreBench:
    return AtocoreBench(tmp_path)


@pytest.fixture
def catalogue(tmp_path: Path, library: PayloadStore) -> CatalogueBench:
    return CatalogueBench(tmp_path, library)
