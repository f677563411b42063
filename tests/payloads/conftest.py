"""A payload store on a real file system, made directly so that tests can look at its directory."""

from pathlib import Path

import pytest

from assemblies.payloads import DurableFileSystemStorage, PayloadStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the store keeps its payloads; it does not exist before the first one."""
    return tmp_path / "Assemblies" / "Payloads"


@pytest.fixture
def store(root: Path) -> PayloadStore:
    return PayloadStore(DurableFileSystemStorage(root), minimum_free_fraction=0)
