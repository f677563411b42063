"""Bytes that are not the ones that were put are never served."""

import errno
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from assemblies.errors import PayloadCorrupt, StorageUnavailable
from assemblies.payloads import PayloadReference, PayloadStore
from tests.payloads.refusal import payload_of, refuse_to_serve


def test_one_flipped_byte_in_each_of_a_thousand_payloads_is_always_detected(store: PayloadStore, root: Path) -> None:
    rng = random.Random(20)
    served = detected = 0
    for _ in range(1000):
        content = rng.randbytes(rng.randint(1, 300))
        reference = store.put(content)
        assert store.read(reference) == content
        with payload_of(root, reference).open("r+b") as file:
            position = rng.randrange(len(content))
            file.seek(position)
            file.write(bytes([content[position] ^ rng.randint(1, 255)]))
        for attempt in (store.read, lambda reference: b"".join(store.stream(reference, chunk_bytes=16))):
            try:
                served += len(attempt(reference))
            except PayloadCorrupt:
                detected += 1
    assert (served, detected) == (0, 2000)


@pytest.mark.parametrize("changed", [b"", b"short", b"the original bytes and more", b"The original bytes"])
def test_truncated_grown_and_altered_payloads_are_corrupt(store: PayloadStore, root: Path, changed: bytes) -> None:
    reference = store.put(b"the original bytes")
    payload_of(root, reference).write_bytes(changed)

    refuse_to_serve(store, reference, PayloadCorrupt)


def test_a_payload_that_grew_enormous_is_refused_without_reading_all_of_it(store: PayloadStore, root: Path) -> None:
    reference = store.put(b"the original bytes")
    try:
        os.truncate(payload_of(root, reference), 1 << 36)
    except OSError as error:
        pytest.skip(f"no sparse files here: {error}")

    refuse_to_serve(store, reference, PayloadCorrupt)


def test_a_reference_with_another_size_or_hash_gets_nothing(store: PayloadStore) -> None:
    good = store.put(b"content")

    refuse_to_serve(store, PayloadReference(good.guid, good.sha256, 6), PayloadCorrupt)
    refuse_to_serve(store, PayloadReference(good.guid, good.sha256, 8), PayloadCorrupt)
    refuse_to_serve(store, PayloadReference(good.guid, "0" * 64, 7), PayloadCorrupt)


@pytest.mark.parametrize("change", ["altered", "truncated", "grown"])
def test_a_payload_that_changes_while_it_is_streamed_breaks_off_before_its_last_chunk(
    store: PayloadStore, root: Path, change: str
) -> None:
    content = os.urandom(10 * 65536)
    reference = store.put(content)
    chunks = store.stream(reference, chunk_bytes=65536)
    served = [next(chunks)]

    with payload_of(root, reference).open("r+b") as file:
        if change == "altered":
            file.seek(5 * 65536)
            file.write(bytes([content[5 * 65536] ^ 1]))
        elif change == "truncated":
            file.truncate(7 * 65536)
        else:
            file.seek(0, os.SEEK_END)
            file.write(b"more")

    with pytest.raises(PayloadCorrupt):
        served.extend(chunks)
    assert len(b"".join(served)) < len(content)


def test_a_stream_goes_on_reading_the_file_it_verified(store: PayloadStore, root: Path, tmp_path: Path) -> None:
    content = os.urandom(300_000)
    reference = store.put(content)
    chunks = store.stream(reference, chunk_bytes=65536)
    if os.name == "posix":
        (tmp_path / "other").write_bytes(bytes(300_000))
        (tmp_path / "other").replace(payload_of(root, reference))

    assert b"".join(chunks) == content


@pytest.fixture
def count_open_files() -> Callable[[], int]:
    descriptors = Path("/proc/self/fd")
    if not descriptors.is_dir():
        pytest.skip("counting open files needs /proc")
    return lambda: len(list(descriptors.iterdir()))


def test_a_stream_nobody_reads_closes_its_file(store: PayloadStore, count_open_files: Callable[[], int]) -> None:
    reference = store.put(b"content")
    before = count_open_files()

    chunks = store.stream(reference)
    assert count_open_files() == before + 1
    del chunks

    assert count_open_files() == before


def test_a_refused_payload_leaves_no_file_open(
    store: PayloadStore, root: Path, count_open_files: Callable[[], int]
) -> None:
    altered, replaced = store.put(b"content"), store.put(b"content")
    payload_of(root, altered).write_bytes(b"Content")
    payload_of(root, replaced).unlink()
    payload_of(root, replaced).mkdir()
    before = count_open_files()

    refuse_to_serve(store, altered, PayloadCorrupt)
    refuse_to_serve(store, replaced, PayloadCorrupt)

    assert count_open_files() == before


def test_a_payload_that_cannot_be_read_is_unavailable_rather_than_missing(
    store: PayloadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = store.put(b"content")

    def refuse(*args: object, **options: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        patched.setattr(os, "supports_dir_fd", {*os.supports_dir_fd, refuse})
        refuse_to_serve(store, reference, StorageUnavailable)
    assert store.read(reference) == b"content"


def test_payloads_are_written_whole_and_never_opened_for_writing(store: PayloadStore) -> None:
    reference = store.put(b"content")

    with pytest.raises(ValueError, match="written whole"):
        store.storage.open(f"{reference.guid}/payload", "r+b")
    assert store.read(reference) == b"content"
