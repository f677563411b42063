"""Payloads on their way back into a store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.storage import InMemoryStorage

from assemblies.backup.manifest import PAYLOADS
from assemblies.backup.payload_restore import put_back, set_others_aside
from assemblies.backup.set_aside import Aside
from assemblies.errors import PayloadCorrupt, StorageUnavailable
from assemblies.payloads import DurableFileSystemStorage, PayloadReference, PayloadStore


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def aside(tmp_path: Path) -> Aside:
    return Aside(tmp_path, "before")


@pytest.fixture
def payload(mirror: Path) -> PayloadReference:
    """A payload that the mirror holds."""
    return PayloadStore(DurableFileSystemStorage(mirror / PAYLOADS), minimum_free_fraction=0).put(b"echo mirrored")


class RenamingStorage(InMemoryStorage):
    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return f"{name}-2"


def test_a_store_that_is_no_folder_gets_its_payload_under_the_same_guid(
    mirror: Path, payload: PayloadReference, aside: Aside
) -> None:
    store = PayloadStore(InMemoryStorage())
    other = store.put(b"newer")
    assert put_back(mirror, [payload], store, aside) == 1
    assert store.read(payload) == b"echo mirrored"
    assert put_back(mirror, [payload], store, aside) == 0
    set_others_aside([payload], store, aside)
    assert store.read(other) == b"newer", "what cannot be moved aside stays; it is never deleted"


def test_a_store_that_renames_is_refused(mirror: Path, payload: PayloadReference, aside: Aside) -> None:
    store = PayloadStore(RenamingStorage())
    with pytest.raises(StorageUnavailable, match="keeps names"):
        put_back(mirror, [payload], store, aside)
    assert store.storage.listdir(payload.guid)[1] == []


def test_bytes_that_change_while_they_are_read_are_not_stored(
    mirror: Path, payload: PayloadReference, aside: Aside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stream(_store: PayloadStore, _reference: PayloadReference) -> Iterator[bytes]:
        yield b"echo "
        raise PayloadCorrupt()

    monkeypatch.setattr(PayloadStore, "stream", stream)
    store = PayloadStore(DurableFileSystemStorage(tmp_path / "store"))
    with pytest.raises(PayloadCorrupt):
        put_back(mirror, [payload], store, aside)
    assert list(store.guids()) == []
