"""The payload store against the journal: every payload any revision names is there unchanged, and nothing else is."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, datetime

from django.core.files.storage import Storage

from assemblies.errors import Failure, PayloadCorrupt, PayloadMissing, PayloadStoreMissing
from assemblies.inspection.verify.finding import BATCH_ROWS, Finding, find_content
from assemblies.models import JournalEntry
from assemblies.payloads import PayloadReference, PayloadStore
from assemblies.payloads.sweep import GRACE, guid_directories
from assemblies.progress import Track, untracked

KINDS: dict[type[Failure], str] = {PayloadMissing: "payload_missing", PayloadCorrupt: "payload_corrupt"}


def find_store_fault(store: PayloadStore) -> Iterator[Finding]:
    """Yield that the store is not the library's: its disk is not mounted, or another one is."""
    try:
        store.marker.require()
    except PayloadStoreMissing as failure:
        yield Finding("payload_store", "marker", failure.message)


def find_payload_faults(
    store: PayloadStore, named: Collection[PayloadReference], checked: "Counter[str]", track: Track = untracked
) -> Iterator[Finding]:
    """Yield each payload whose bytes are missing, are not the ones that were stored, or cannot be read."""
    for reference in track(named, "Reading payloads", len(named)):
        checked["payloads"] += 1
        checked["payload_bytes"] += reference.size_bytes
        try:
            store.verify(reference)
        except Failure as failure:
            yield Finding(KINDS.get(type(failure), "payload_unreadable"), reference.guid, failure.message)


def named_payloads(track: Track = untracked) -> set[PayloadReference]:
    """Return the payloads that any journal entry names, each once."""
    entries = JournalEntry.objects.exclude(content="").order_by("sequence")
    named: set[PayloadReference] = set()
    for entry in track(entries.iterator(chunk_size=BATCH_ROWS), "Reading the journal", entries.count()):
        if content := find_content(entry):
            named.update(content.references)
    return named


def find_leftovers(
    store: PayloadStore, present: Collection[str], named: Collection[str], *, now: datetime
) -> Iterator[tuple[Finding, bool]]:
    """Yield each payload no entry names, or what a crashed write left of one, with whether it is past its grace.

    `present` must have been listed before `named` was read, or a write in between would look like a leftover.
    """
    for guid in sorted(set(present) - set(named)):
        touched_at = _touched_at(store.storage, guid)
        if touched_at is None:
            continue
        written = touched_at.isoformat(timespec="seconds")
        yield Finding("payload_orphan", guid, f"no revision names it; last written {written}"), touched_at < now - GRACE


def present_guids(store: PayloadStore) -> list[str]:
    """Return every GUID that has a place in the store, with a payload in it or only what a crashed write left."""
    return guid_directories(store.storage)


def _touched_at(storage: Storage, guid: str) -> datetime | None:
    """Return when anything under `guid` was last written, or None when it has gone meanwhile."""
    try:
        _directories, files = storage.listdir(guid)
        names = [f"{guid}/{name}" for name in files] or [guid]
        return max(storage.get_modified_time(name).astimezone(UTC) for name in names)
    except FileNotFoundError:
        return None
