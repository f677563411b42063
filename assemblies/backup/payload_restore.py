"""Put payloads of a mirror back into the payload store under the GUIDs they had; the others in it are set aside."""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

from django.core.files import File
from django.core.files.storage import FileSystemStorage

from assemblies.backup.manifest import PAYLOADS
from assemblies.backup.set_aside import Aside
from assemblies.errors import Failure, StorageUnavailable
from assemblies.payloads import DurableFileSystemStorage, PayloadReference, PayloadStore
from assemblies.payloads.failures import write_failures_named
from assemblies.payloads.measured_content import MeasuredContent
from assemblies.payloads.reference import payload_name
from assemblies.payloads.sweep import guid_directories
from assemblies.progress import Track, untracked


def put_back(
    mirror: Path, payloads: Iterable[PayloadReference], store: PayloadStore, aside: Aside, track: Track = untracked
) -> int:
    """Store what `store` lacks or holds damaged; durable on return. Returns how many that were."""
    source = PayloadStore(DurableFileSystemStorage(mirror / PAYLOADS))
    in_order = sorted(payloads, key=lambda reference: reference.guid)
    returned = 0
    for reference in track(in_order, "Restoring payloads", len(in_order)):
        if not _is_intact(store, reference):
            _set_aside(store, [reference.guid], aside)
            _put(source, store, reference)
            returned += 1
    return returned


def set_others_aside(payloads: Iterable[PayloadReference], store: PayloadStore, aside: Aside) -> None:
    """Set aside what the store has other than `payloads`. A store that is no folder keeps it: the sweep removes it."""
    named = {reference.guid for reference in payloads}
    if isinstance(store.storage, FileSystemStorage):
        _set_aside(store, [guid for guid in guid_directories(store.storage) if guid not in named], aside)


def _is_intact(store: PayloadStore, reference: PayloadReference) -> bool:
    try:
        store.verify(reference)
    except Failure:
        return False
    return True


def _set_aside(store: PayloadStore, guids: Iterable[str], aside: Aside) -> None:
    if not isinstance(store.storage, FileSystemStorage):
        return
    for guid in guids:
        folder = Path(store.storage.location) / guid
        if folder.exists():
            aside.move(folder)


def _put(source: PayloadStore, store: PayloadStore, reference: PayloadReference) -> None:
    name = payload_name(reference.guid)
    content = MeasuredContent(source.stream(reference), max_bytes=None)
    try:
        with write_failures_named():
            stored_as = store.storage.save(name, cast("File[bytes]", content))
    except Failure as failure:
        raise (content.failure or failure) from failure.__cause__
    if stored_as != name:
        store.storage.delete(stored_as)
        raise StorageUnavailable("The payload store renames what it is given; use one that keeps names.")
