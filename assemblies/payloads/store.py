"""PayloadStore: immutable payloads over any Django storage.

`put` returns after the bytes are durable; what it could not finish leaves nothing under a final name. Every read
compares the bytes with the reference and serves none of them when they differ. It knows nothing of rows: `sweep` asks
its caller which payloads are still referenced.
"""

import contextlib
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Protocol

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage
from prometheus_client import Counter

from ..errors import Failure, PayloadCorrupt, PayloadMissing, StorageFull, StorageUnavailable
from .durable_storage import DurableFileSystemStorage
from .failures import read_failures_named, write_failures_named
from .free_space import MINIMUM_FREE_FRACTION, DiskRoom, disk_room
from .marker import StoreMarker, nobody
from .measured_content import MeasuredContent
from .reference import PayloadReference, new_payload_guid, payload_name
from .sweep import guid_directories, remove_payload, sweep_orphans

VERIFY_CHUNK_BYTES = 262144
# Of this process alone, for /metrics.
MISSING_READS = Counter("borealis_missing_payload_reads", "Reads of payloads that are missing.", registry=None)


class JournaledPayloads(Protocol):
    """Payloads on their way to a store: committed elsewhere, durable and named. Who commits them writes their files."""

    def find_content(self, guid: str) -> bytes | None:
        """Return the bytes of one of them, None of every other payload."""

    def find_guids(self) -> Iterable[str]:
        """Return the GUIDs of all of them."""

    def remove(self, guid: str) -> None:
        """Remove one of them; one that is gone already is no error."""


class PayloadStore:
    """Payloads in `storage`; `owner` returns the id that its marker must contain, "" when it need have none.

    `journaled` are payloads whose files are still to be written, where their owner committed them; a store without
    it takes none.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        minimum_free_fraction: float = MINIMUM_FREE_FRACTION,
        owner: Callable[[], str] = nobody,
        journaled: JournaledPayloads | None = None,
        on_missing: Callable[[str], object] = lambda _guid: None,
    ) -> None:
        self.storage = storage
        self.marker = StoreMarker(storage, owner)
        self.minimum_free_fraction = minimum_free_fraction
        self.journaled = journaled
        self.on_missing = on_missing

    def put(self, source: bytes | Iterable[bytes], *, max_bytes: int | None = None) -> PayloadReference:
        """Store new bytes under a new GUID, durable on return.

        Raises AttachmentTooLarge as soon as `max_bytes` are exceeded, StorageFull, PayloadStoreMissing,
        StorageUnavailable, and whatever the source itself raises; then nothing is left.
        """
        self.marker.require()
        self.require_room()
        guid = new_payload_guid()
        content = MeasuredContent([source] if isinstance(source, bytes) else source, max_bytes=max_bytes)
        try:
            self._save(payload_name(guid), content)
        except BaseException as error:
            # The first error is the one to tell; what cannot be removed now is an orphan for the sweep.
            with contextlib.suppress(Exception):
                remove_payload(self.storage, guid)
            failure = content.failure or error
            raise failure from failure.__cause__
        return PayloadReference(guid, content.sha256, content.size_bytes)

    def write_files(self, contents: Mapping[str, bytes]) -> None:
        """Give payloads that have GUIDs already their files, in place of any there; all durable on return.

        Raises StorageUnavailable, StorageFull, PayloadStoreMissing; some of them may have theirs then.
        """
        self.marker.require()
        names = {payload_name(guid): content for guid, content in contents.items()}
        if isinstance(self.storage, DurableFileSystemStorage):
            self.storage.replace_all(names)
            return
        for name, content in names.items():
            with write_failures_named():
                self.storage.delete(name)
            self._save(name, MeasuredContent([content], max_bytes=None))

    def read(self, reference: PayloadReference) -> bytes:
        """The whole payload. Raises PayloadMissing, PayloadCorrupt, PayloadStoreMissing, StorageUnavailable."""
        with self._opened(reference) as file:
            return _whole(file, reference)

    def is_whole(self, reference: PayloadReference) -> bool:
        """Whether `read` would return it; where not, nothing is counted or logged until somebody does read it."""
        try:
            with self._open(reference.guid) as file:
                _whole(file, reference)
        except Failure:
            return False
        return True

    def stream(self, reference: PayloadReference, *, chunk_bytes: int = 262144) -> Iterator[bytes]:
        """The payload in chunks, all of it verified before this returns; raises what `read` raises.

        The chunks come through the handle that was verified and are hashed again on their way: should the file change
        meanwhile, PayloadCorrupt is raised in place of the last chunk, so no complete answer ever holds other bytes.
        """
        chunks = self._verified_chunks(reference, chunk_bytes)
        next(chunks)  # Verify now, while the caller can still answer with an error.
        return chunks

    def verify(self, reference: PayloadReference) -> None:
        """Raises PayloadMissing or PayloadCorrupt unless the stored bytes are the ones that were put."""
        with self._opened(reference) as file:
            for _ in _checked(file, reference, VERIFY_CHUNK_BYTES):
                pass

    def has(self, guid: str) -> bool:
        """Say whether there is a payload of that GUID, whatever its bytes. Raises StorageUnavailable."""
        try:
            self._open(guid).close()
        except PayloadMissing:
            return False
        return True

    def guids(self) -> Iterator[str]:
        """The GUID of every payload present."""
        with read_failures_named():
            present = {guid for guid in guid_directories(self.storage) if self.storage.exists(payload_name(guid))}
        return iter(sorted(present.union(self.journaled.find_guids() if self.journaled else ())))

    def delete(self, guid: str) -> None:
        """Remove a payload; one that is gone already is no error. Raises StorageUnavailable."""
        payload_name(guid)
        with write_failures_named():
            remove_payload(self.storage, guid)
            if self.journaled:
                self.journaled.remove(guid)

    def sweep(
        self,
        is_referenced: Callable[[Collection[str]], set[str]],
        *,
        older_than: datetime,
        newer_than: datetime | None = None,
    ) -> list[str]:
        """Remove what crashed writes left behind before `older_than`, and since `newer_than` if given (both aware).

        Returns the GUIDs removed.

        `is_referenced` gets GUIDs (500 at most) and answers with those of them that anything still refers to.
        Raises StorageUnavailable, PayloadStoreMissing, and whatever `is_referenced` raises.
        """
        self.marker.require()
        return sweep_orphans(self.storage, is_referenced, older_than=older_than, newer_than=newer_than)

    def find_room(self) -> DiskRoom | None:
        """Return the room on the store's disk; None for one that has no disk of its own. Raises StorageUnavailable."""
        if not isinstance(self.storage, FileSystemStorage):
            return None
        with write_failures_named():
            location = Path(self.storage.location)
        return disk_room(location, self.minimum_free_fraction)

    def _save(self, name: str, content: MeasuredContent) -> None:
        with write_failures_named():
            stored_as = self.storage.save(name, content)  # type: ignore[arg-type]  # it reads like a file
        if stored_as != name:
            self.storage.delete(stored_as)
            raise StorageUnavailable("The payload store renames what it is given; use one that keeps names.")

    def require_room(self) -> None:
        """Raise StorageFull when the store's disk is nearly full, PayloadStoreMissing when its folder is gone."""
        if isinstance(self.storage, DurableFileSystemStorage):
            self.storage.require_location()
        room = self.find_room()
        if room is not None and room.is_low:
            raise StorageFull()

    @contextlib.contextmanager
    def _opened(self, reference: PayloadReference) -> Iterator["File[bytes]"]:
        try:
            file = self._open(reference.guid)
        except PayloadMissing:
            # Where the whole store is gone, none of its payloads is lost.
            self.marker.require()
            MISSING_READS.inc()
            self.on_missing(reference.guid)
            raise
        with file:
            yield file

    def _open(self, guid: str) -> "File[bytes]":
        """Open a payload where it is. Raises PayloadMissing, PayloadCorrupt, StorageUnavailable."""
        name = payload_name(guid)
        with read_failures_named():
            try:
                return self.storage.open(name, "rb")
            except FileNotFoundError:
                content = self.journaled.find_content(guid) if self.journaled else None
                # Its file may have been written, and the row removed, between these two looks.
                return self.storage.open(name, "rb") if content is None else File(BytesIO(content))

    def _verified_chunks(self, reference: PayloadReference, chunk_bytes: int) -> Iterator[bytes]:
        with self._opened(reference) as file:
            for _ in _checked(file, reference, chunk_bytes):
                pass
            yield b""
            with read_failures_named():
                file.seek(0)
            yield from _checked(file, reference, chunk_bytes)


def _checked(file: "File[bytes]", reference: PayloadReference, chunk_bytes: int) -> Iterator[bytes]:
    """The file's chunks; the last one only if all of them together are what the reference says."""
    digest, left = hashlib.sha256(), reference.size_bytes
    held_back = b""
    while chunk := _read(file, min(chunk_bytes, left + 1)):
        digest.update(chunk)
        left -= len(chunk)
        if left < 0:
            raise PayloadCorrupt()
        if held_back:
            yield held_back
        held_back = chunk
    if left or digest.hexdigest() != reference.sha256:
        raise PayloadCorrupt()
    if held_back:
        yield held_back


def _whole(file: "File[bytes]", reference: PayloadReference) -> bytes:
    # One byte more than expected, so that a grown file is seen without reading all of it.
    content = _read(file, reference.size_bytes + 1)
    if len(content) != reference.size_bytes or hashlib.sha256(content).hexdigest() != reference.sha256:
        raise PayloadCorrupt()
    return content


def _read(file: "File[bytes]", size: int) -> bytes:
    with read_failures_named():
        return bytes(file.read(size))
