"""A disk that fails or fills up: a named fact, nothing half written, earlier payloads readable, writable again."""

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from assemblies.errors import StorageFull, StorageUnavailable
from assemblies.payloads import DurableFileSystemStorage, PayloadStore
from assemblies.payloads.reference import new_payload_guid
from tests.faults.disks import mounted

real_fsync = os.fsync

ERRORS = [
    (errno.EIO, StorageUnavailable),
    (errno.EROFS, StorageUnavailable),
    (errno.ENOSPC, StorageFull),
    (errno.EDQUOT, StorageFull),
]


class FailingFsync:
    """Fails the n-th call, and notes which descriptors' files were requested again after it failed."""

    def __init__(self, failing_call: int, code: int) -> None:
        self.failing_call = failing_call
        self.code = code
        self.calls: list[tuple[int, int]] = []

    def __call__(self, descriptor: int) -> None:
        about = os.fstat(descriptor)
        self.calls.append((about.st_dev, about.st_ino))
        if len(self.calls) == self.failing_call:
            raise OSError(self.code, os.strerror(self.code))
        real_fsync(descriptor)


@pytest.mark.parametrize(("code", "fact"), ERRORS)
def test_an_fsync_that_fails_anywhere_leaves_nothing_and_is_not_tried_again(
    store: PayloadStore, root: Path, monkeypatch: pytest.MonkeyPatch, code: int, fact: type[StorageUnavailable]
) -> None:
    earlier = store.put(b"earlier")
    failures = 0
    for failing_call in range(1, 20):
        fsync = FailingFsync(failing_call, code)
        monkeypatch.setattr(os, "fsync", fsync)
        try:
            store.put([b"some", b"content"])
        except StorageUnavailable as error:
            failures += 1
            assert type(error) is fact
            assert isinstance(error.__cause__, OSError)
            assert fsync.calls.count(fsync.calls[-1]) == 1
            assert len(fsync.calls) == failing_call
            assert [path.name for path in root.iterdir()] == [earlier.guid]
            assert store.read(earlier) == b"earlier"
        else:
            break
    assert failures == (3 if os.name == "posix" else 1)  # the file, its directory, the root
    assert len(list(store.guids())) == 2


def test_an_fsync_that_fails_among_many_leaves_whole_files_and_is_not_tried_again(
    store: PayloadStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(b"earlier")
    monkeypatch.setattr("assemblies.payloads.durable_storage.FILES_AT_ONCE", 2)
    for failing_call in range(1, 8):
        contents = {new_payload_guid(): f"content {number}".encode() for number in range(3)}
        fsync = FailingFsync(failing_call, errno.ENOSPC)
        with monkeypatch.context() as patched, pytest.raises(StorageFull):
            patched.setattr(os, "fsync", fsync)
            store.write_files(contents)
        assert len(set(fsync.calls)) == len(fsync.calls)
        left = {path.parent.name: path.read_bytes() for path in root.glob("*/*") if path.parent.name in contents}
        assert left.items() <= contents.items()
        # What has its name keeps it, for another process may have written the same; the sweep knows the others.
        assert len(left) == (0 if failing_call <= 2 else 2 if failing_call <= 5 else 3)


def test_an_fsync_that_fails_above_the_root_fails_the_first_write_and_the_next_one_tries_again(
    store: PayloadStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", FailingFsync(1, errno.EIO))
        with pytest.raises(StorageUnavailable):
            store.put(b"content")
    assert list(root.iterdir()) == []

    synced: list[bool] = []

    def noting_fsync(descriptor: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    store.put(b"content")
    first = len(synced)
    store.put(b"content")

    assert first > 5, "the first durable write anchors the place in the directories above it"
    assert synced[first:] == [False, True, True]


@pytest.mark.parametrize("failing_call", [1, 2, 3])
def test_the_storage_by_itself_leaves_no_file_that_it_did_not_acknowledge(
    root: Path, monkeypatch: pytest.MonkeyPatch, failing_call: int
) -> None:
    storage = DurableFileSystemStorage(root)
    storage.save("earlier", ContentFile(b"earlier"))
    if os.name != "posix" and failing_call > 1:
        pytest.skip("directories are not fsynced here")
    monkeypatch.setattr(os, "fsync", FailingFsync(failing_call, errno.EIO))

    with pytest.raises(StorageUnavailable):
        storage.save("directory/name", ContentFile(b"content"))

    assert [path for path in root.rglob("*") if path.is_file()] == [root / "earlier"]


@pytest.mark.parametrize(("code", "fact"), ERRORS)
@pytest.mark.parametrize("function", ["replace", "mkdir", "open"])
def test_a_system_call_that_fails_is_named_and_leaves_nothing(
    store: PayloadStore,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    code: int,
    fact: type[StorageUnavailable],
) -> None:
    earlier = store.put(b"earlier")

    def fail(*args: object, **options: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(os, function, fail)
        # The walk looks itself up among the functions that take directory descriptors.
        patched.setattr(os, "supports_dir_fd", {*os.supports_dir_fd, fail})
        with pytest.raises(StorageUnavailable) as raised:
            store.put(b"content")

    assert type(raised.value) is fact
    assert [path.name for path in root.iterdir()] == [earlier.guid]
    assert store.read(store.put(b"writable again")) == b"writable again"


def test_a_place_that_is_a_file_is_unavailable(root: Path) -> None:
    root.parent.mkdir(parents=True)
    root.write_bytes(b"")

    with pytest.raises(StorageUnavailable):
        PayloadStore(DurableFileSystemStorage(root), minimum_free_fraction=0).put(b"content")
    assert root.read_bytes() == b""


def test_a_place_removed_while_in_use_is_made_again(store: PayloadStore, root: Path) -> None:
    store.delete(store.put(b"first").guid)
    root.rmdir()

    assert store.read(store.put(b"second")) == b"second"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "disk").mkdir()
    with mounted(tmp_path / "disk", size="1m") as disk:
        yield disk


@pytest.mark.parametrize("cut", [lambda content: content, lambda content: iter([content[:300_000], content[300_000:]])])
def test_a_disk_that_fills_up_refuses_the_write_whole_and_takes_the_next_that_fits(
    small_disk: Path, cut: Callable[[bytes], bytes | Iterator[bytes]]
) -> None:
    store = PayloadStore(DurableFileSystemStorage(small_disk / "Payloads"), minimum_free_fraction=0)
    earlier = store.put(b"earlier")

    with pytest.raises(StorageFull):
        store.put(cut(bytes(2_000_000)))

    assert [path.name for path in (small_disk / "Payloads").iterdir()] == [earlier.guid]
    assert store.read(earlier) == b"earlier"
    assert store.put(bytes(800_000)).size_bytes == 800_000


def test_five_percent_of_the_disk_are_kept_free(small_disk: Path) -> None:
    store = PayloadStore(DurableFileSystemStorage(small_disk / "Payloads"))
    nearly_all = store.put(bytes(1_000_000))

    with pytest.raises(StorageFull):
        store.put(b"x")
    assert store.read(nearly_all) == bytes(1_000_000)

    store.delete(nearly_all.guid)
    assert store.read(store.put(b"x")) == b"x"


MEMORY_PROBE = """
import sys
from django.conf import settings
settings.configure(USE_TZ=True)
from assemblies.payloads import DurableFileSystemStorage, PayloadStore

def peak_kib():
    return int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0])

store = PayloadStore(DurableFileSystemStorage(sys.argv[1]), minimum_free_fraction=0)
store.read(store.put(b"warm up"))
before = peak_kib()
reference = store.put(bytes(262144) for _ in range(256))
if sys.argv[2] == "stream":
    total = sum(len(chunk) for chunk in store.stream(reference))
else:
    total = len(store.read(reference))
assert total == 64 * 1024 * 1024
print(peak_kib() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_streaming_64_mib_in_and_out_takes_less_than_16_mib_of_memory(root: Path) -> None:
    def growth_mib(way: str) -> float:
        probe = [sys.executable, "-c", MEMORY_PROBE, str(root), way]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        return int(subprocess.run(probe, check=True, capture_output=True, text=True, env=environment).stdout) / 1024

    assert growth_mib("stream") < 16
    assert growth_mib("read") >= 60, "the probe would see it"
