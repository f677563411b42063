"""What goes into the store comes out of it, over any Django storage; what fails leaves nothing behind."""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage, Storage

from assemblies.errors import AttachmentTooLarge, PayloadMissing, StorageFull, StorageUnavailable
from assemblies.payloads import DurableFileSystemStorage, PayloadReference, PayloadStore

CONTENTS = [b"", b"x", b"\xef\xbb\xbfWrite-Host 'hi'\r\n", bytes(range(256)) * 4097]


class ObjectStorage(InMemoryStorage):
    """Takes its content as object stores do: by `read`, in parts of which only the last may be short."""

    part_bytes = 1000

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        assert content.readable()
        assert not content.seekable()
        parts = []
        while part := content.read(self.part_bytes):
            parts.append(part)
        assert all(len(part) == self.part_bytes for part in parts[:-1])
        return super().save(name, ContentFile(b"".join(parts)), max_length)


class WholeReadingStorage(InMemoryStorage):
    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        return super().save(name, ContentFile(content.read()), max_length)


@pytest.fixture(params=["durable", "plain", "memory", "object", "whole"])
def any_storage(request: pytest.FixtureRequest, root: Path) -> Storage:
    storages: dict[str, Any] = {
        "durable": DurableFileSystemStorage,
        "plain": FileSystemStorage,
        "memory": InMemoryStorage,
        "object": ObjectStorage,
        "whole": WholeReadingStorage,
    }
    storage: Storage = storages[request.param](location=root)
    return storage


@pytest.mark.parametrize("content", CONTENTS, ids=len)
def test_bytes_come_back_as_they_went_in_over_any_storage(any_storage: Storage, content: bytes) -> None:
    store = PayloadStore(any_storage, minimum_free_fraction=0)

    reference = store.put(content)

    assert reference.sha256 == hashlib.sha256(content).hexdigest()
    assert reference.size_bytes == len(content)
    assert store.read(reference) == content
    assert b"".join(store.stream(reference, chunk_bytes=1000)) == content
    store.verify(reference)
    assert list(store.guids()) == [reference.guid]


def test_a_streamed_source_is_stored_like_the_same_bytes_in_one_piece(any_storage: Storage) -> None:
    store = PayloadStore(any_storage, minimum_free_fraction=0)

    reference = store.put(b"ab" * 700 for _ in range(9))

    assert store.read(reference) == b"ab" * 6300
    assert (reference.size_bytes, reference.sha256) == (12600, hashlib.sha256(b"ab" * 6300).hexdigest())


def test_the_same_content_put_twice_gets_two_guids(store: PayloadStore) -> None:
    first, second = store.put(b"same"), store.put(b"same")

    assert first.guid != second.guid
    assert sorted(store.guids()) == sorted([first.guid, second.guid])


def test_a_payload_is_a_private_file_in_a_private_directory_named_by_its_guid(store: PayloadStore, root: Path) -> None:
    reference = store.put(b"secret")

    payload = root / reference.guid / "payload"
    assert payload.read_bytes() == b"secret"
    if os.name == "posix":
        assert stat.S_IMODE(payload.stat().st_mode) == 0o600
        for directory in (payload.parent, root, root.parent):
            assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_chunks_are_no_larger_than_asked_for(store: PayloadStore) -> None:
    chunks = list(store.stream(store.put(b"z" * 1050), chunk_bytes=100))

    assert [len(chunk) for chunk in chunks] == [100] * 10 + [50]


def test_a_payload_that_is_not_there_is_missing(any_storage: Storage) -> None:
    store = PayloadStore(any_storage, minimum_free_fraction=0)
    absent = PayloadReference("0b8a7a36-7f3c-4d0a-9d0e-3f0c7a8b9c01", hashlib.sha256(b"").hexdigest(), 0)

    for attempt in (store.read, store.stream, store.verify):
        with pytest.raises(PayloadMissing):
            attempt(absent)
    assert list(store.guids()) == []


def test_a_deleted_payload_leaves_no_trace_and_deleting_it_again_is_no_error(any_storage: Storage) -> None:
    store = PayloadStore(any_storage, minimum_free_fraction=0)
    reference, kept = store.put(b"old"), store.put(b"kept")

    store.delete(reference.guid)
    store.delete(reference.guid)

    assert list(store.guids()) == [kept.guid]
    assert any_storage.listdir("") == ([kept.guid], [])
    with pytest.raises(PayloadMissing):
        store.read(reference)


@pytest.mark.parametrize(("size", "accepted"), [(9, True), (10, True), (11, False)])
def test_the_limit_is_the_last_size_that_is_accepted(store: PayloadStore, size: int, accepted: bool) -> None:
    if accepted:
        assert store.put(b"x" * size, max_bytes=10).size_bytes == size
    else:
        with pytest.raises(AttachmentTooLarge) as refused:
            store.put(b"x" * size, max_bytes=10)
        assert refused.value.detail == {"max_bytes": 10}
        assert list(store.guids()) == []


def test_a_too_large_stream_is_stopped_early_and_leaves_nothing(any_storage: Storage) -> None:
    store = PayloadStore(any_storage, minimum_free_fraction=0)
    kept = store.put(b"kept")
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield b"x" * 1000

    with pytest.raises(AttachmentTooLarge):
        store.put(endless(), max_bytes=5000)

    assert len(taken) == 6
    assert any_storage.listdir("") == ([kept.guid], [])
    assert store.read(store.put(b"still writable")) == b"still writable"


@pytest.mark.parametrize("failure", [ConnectionResetError("client left"), ValueError("bad part"), KeyboardInterrupt()])
def test_a_source_that_fails_is_told_apart_from_the_storage_and_leaves_nothing(
    any_storage: Storage, failure: BaseException
) -> None:
    store = PayloadStore(any_storage, minimum_free_fraction=0)
    kept = store.put(b"kept")

    def breaking() -> Iterator[bytes]:
        yield b"first part"
        raise failure

    with pytest.raises(type(failure)) as raised:
        store.put(breaking())

    assert raised.value is failure
    assert any_storage.listdir("") == ([kept.guid], [])


def test_threads_that_put_at_once_into_a_new_place_each_get_their_own_bytes_back(store: PayloadStore) -> None:
    start = Barrier(2)

    def put_some(worker: int) -> list[tuple[PayloadReference, bytes]]:
        start.wait()
        return [(store.put(content), content) for content in (b"%d-%d" % (worker, i) for i in range(40))]

    with ThreadPoolExecutor(2) as pool:
        written = [pair for pairs in pool.map(put_some, range(2)) for pair in pairs]

    assert len({reference.guid for reference, _ in written}) == 80
    assert all(store.read(reference) == content for reference, content in written)


def test_below_the_free_space_floor_writes_are_refused_and_reads_still_work(store: PayloadStore, root: Path) -> None:
    reference = store.put(b"earlier")
    usage = shutil.disk_usage(root)
    just_too_much = min(1.0, usage.free / usage.total + 0.05)
    cramped = PayloadStore(DurableFileSystemStorage(root), minimum_free_fraction=just_too_much)

    with pytest.raises(StorageFull):
        cramped.put(b"more")

    assert list(cramped.guids()) == [reference.guid]
    assert cramped.read(reference) == b"earlier"


def test_the_free_space_floor_holds_before_the_place_exists(root: Path) -> None:
    with pytest.raises(StorageFull):
        PayloadStore(DurableFileSystemStorage(root), minimum_free_fraction=1.1).put(b"first")
    assert not root.exists()


def test_a_storage_that_renames_is_refused_and_left_empty(root: Path) -> None:
    class RenamingStorage(FileSystemStorage):
        def get_available_name(self, name: str, max_length: int | None = None) -> str:
            return super().get_available_name(name + ".renamed", max_length)

    store = PayloadStore(RenamingStorage(location=root), minimum_free_fraction=0)

    with pytest.raises(StorageUnavailable, match="renames"):
        store.put(b"lost")

    assert FileSystemStorage(location=root).listdir("") == ([], [])


def test_a_storage_that_cannot_be_reached_is_unavailable_whatever_its_library_raises(root: Path) -> None:
    class EndpointError(Exception):
        pass

    class UnreachableStorage(InMemoryStorage):
        def _save(self, name: str, content: Any) -> str:
            raise EndpointError

        def _open(self, name: str, mode: str = "rb") -> Any:
            raise EndpointError

        def listdir(self, path: str) -> Any:
            raise EndpointError

    store = PayloadStore(UnreachableStorage(location=root))
    reference = PayloadReference("0b8a7a36-7f3c-4d0a-9d0e-3f0c7a8b9c01", "", 0)

    for attempt in (
        lambda: store.put(b"x"),
        lambda: store.read(reference),
        lambda: store.guids(),
        lambda: store.delete(reference.guid),
    ):
        with pytest.raises(StorageUnavailable) as raised:
            attempt()
        assert isinstance(raised.value.__cause__, EndpointError)
