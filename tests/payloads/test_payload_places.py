"""Names are not paths, and what stands in a payload's place is looked at before it is read."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from assemblies.errors import PayloadCorrupt, PayloadMissing, StorageUnavailable
from assemblies.payloads import DurableFileSystemStorage, PayloadReference, PayloadStore
from tests.payloads.refusal import payload_of, refuse_to_serve

HOSTILE_GUIDS = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "payload",
    "0b8a7a36-7f3c-4d0a-9d0e-3f0c7a8b9c01\n",
    "0B8A7A36-7F3C-4D0A-9D0E-3F0C7A8B9C01",
    "0b8a7a367f3c4d0a9d0e3f0c7a8b9c01",
    "0b8a7a36-7f3c-1d0a-9d0e-3f0c7a8b9c01",
    "0b8a7a36-7f3c-4d0a-9d0e-3f0c7a8b9c01/..",
    "0b8a7a36-7f3c-4d0a-9d0e-3f0c7a8b9c0١",
    "0b8a7a36-7f3c-4d0a-9d0e-3f0c7a8b9c01\x00",
    "CON",
    "C:\\Windows",
]


def replace_by_link(payload: Path, outside: Path) -> None:
    payload.symlink_to(outside / "payload")


def replace_by_dangling_link(payload: Path, outside: Path) -> None:
    payload.symlink_to(outside / "nowhere")


def replace_by_fifo(payload: Path, outside: Path) -> None:
    os.mkfifo(payload)


def replace_by_directory(payload: Path, outside: Path) -> None:
    payload.mkdir()


def replace_by_socket(payload: Path, outside: Path) -> None:
    # Bound under a short name: a socket's path has about a hundred bytes.
    here = Path.cwd()
    os.chdir(payload.parent)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(payload.name)
    finally:
        os.chdir(here)


def replace_directory_by_link(payload: Path, outside: Path) -> None:
    payload.parent.rmdir()
    payload.parent.symlink_to(outside, target_is_directory=True)


def replace_directory_by_file(payload: Path, outside: Path) -> None:
    payload.parent.rmdir()
    payload.parent.write_bytes(b"content")


@pytest.mark.skipif(os.name != "posix", reason="links, FIFOs and sockets as POSIX has them")
@pytest.mark.parametrize(
    "replace",
    [
        replace_by_link,
        replace_by_dangling_link,
        replace_by_fifo,
        replace_by_directory,
        replace_by_socket,
        replace_directory_by_link,
        replace_directory_by_file,
    ],
)
def test_what_is_not_a_regular_file_is_refused_without_hanging(
    store: PayloadStore, root: Path, tmp_path: Path, replace: Callable[[Path, Path], None]
) -> None:
    reference = store.put(b"content")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "payload").write_bytes(b"content")
    payload_of(root, reference).unlink()

    replace(payload_of(root, reference), outside)

    refuse_to_serve(store, reference, PayloadCorrupt)
    assert (outside / "payload").read_bytes() == b"content"


def test_a_link_out_of_the_store_is_not_followed_when_deleting(store: PayloadStore, root: Path, tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("links as POSIX has them")
    reference = store.put(b"content")
    payload_of(root, reference).unlink()
    (tmp_path / "payload").write_bytes(b"precious")
    replace_directory_by_link(payload_of(root, reference), tmp_path)

    with pytest.raises(StorageUnavailable):
        store.delete(reference.guid)

    assert (tmp_path / "payload").read_bytes() == b"precious"


@pytest.mark.parametrize("guid", HOSTILE_GUIDS, ids=repr)
def test_a_guid_the_store_never_minted_names_no_file(store: PayloadStore, root: Path, guid: str) -> None:
    store.put(b"content")
    (root / "payload").write_bytes(b"content")
    before = sorted(root.rglob("*"))

    refuse_to_serve(store, PayloadReference(guid, "0" * 64, 7), PayloadMissing)
    with pytest.raises(PayloadMissing):
        store.delete(guid)
    assert sorted(root.rglob("*")) == before


def test_the_place_itself_may_be_a_link_its_operator_made(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "Payloads").symlink_to(tmp_path / "disk", target_is_directory=True)
    store = PayloadStore(DurableFileSystemStorage(tmp_path / "Payloads"), minimum_free_fraction=0)

    reference = store.put(b"content")

    assert store.read(reference) == b"content"
    assert (tmp_path / "disk" / reference.guid / "payload").is_file()


class TestWithoutDirectoryDescriptors:
    """As on Windows: no O_NOFOLLOW on the way, no fsync of directories."""

    @pytest.fixture(autouse=True)
    def without_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "supports_dir_fd", set())
        monkeypatch.delattr(os, "O_DIRECTORY", raising=False)

    def test_payloads_are_put_read_listed_and_deleted(self, store: PayloadStore, root: Path) -> None:
        reference = store.put([b"con", b"tent"])

        assert store.read(reference) == b"content"
        assert list(store.guids()) == [reference.guid]
        store.delete(reference.guid)
        assert list(root.iterdir()) == []

    @pytest.mark.skipif(os.name != "posix", reason="making links needs a privilege elsewhere")
    @pytest.mark.parametrize("replace", [replace_by_link, replace_directory_by_link])
    def test_links_are_refused(
        self, store: PayloadStore, root: Path, tmp_path: Path, replace: Callable[[Path, Path], None]
    ) -> None:
        reference = store.put(b"content")
        (tmp_path / "payload").write_bytes(b"content")
        payload_of(root, reference).unlink()

        replace(payload_of(root, reference), tmp_path)

        refuse_to_serve(store, reference, PayloadCorrupt)
