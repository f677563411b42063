"""Removing payloads: one of them, or all that crashed writes left behind.

A sweep lists first and asks for references afterwards, so a payload written meanwhile is never a candidate, and asks
again right before each deletion. Age protects the writes under way: they refer to their payload long before it is old.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from django.core.files.storage import Storage

from .durable_storage import TEMPORARY_SUFFIX
from .failures import NotARegularFileError, read_failures_named, write_failures_named
from .reference import PAYLOAD_FILE_NAME, is_payload_guid, payload_name

# Keeps the caller's database query below every engine's limit of parameters.
REFERENCES_ASKED_AT_ONCE = 500
# A write under way names its payload in the journal long before this.
GRACE = timedelta(hours=24)
EVER = datetime.min.replace(tzinfo=UTC)


def sweep_orphans(
    storage: Storage,
    is_referenced: Callable[[Collection[str]], set[str]],
    *,
    older_than: datetime,
    newer_than: datetime | None,
) -> list[str]:
    """Remove the payloads and temporary files nobody refers to, last modified between these times (aware)."""
    since = newer_than or EVER
    with read_failures_named():
        found = ((guid, _made_by_a_write(storage, guid, since, older_than)) for guid in guid_directories(storage))
        candidates = {guid: names for guid, names in found if names is not None}
    removed = []
    guids = list(candidates)
    for start in range(0, len(guids), REFERENCES_ASKED_AT_ONCE):
        batch = guids[start : start + REFERENCES_ASKED_AT_ONCE]
        referenced = is_referenced(batch)
        for guid in batch:
            if guid in referenced:
                _remove_temporaries(storage, guid, candidates[guid])
            elif not is_referenced([guid]):
                with write_failures_named():
                    remove_payload(storage, guid)
                removed.append(guid)
    return removed


def guid_directories(storage: Storage) -> list[str]:
    """The GUIDs that have a directory, with or without a payload in it; none where nothing was ever stored."""
    try:
        directories, _ = storage.listdir("")
    except FileNotFoundError:
        return []
    return sorted(filter(is_payload_guid, directories))


def remove_payload(storage: Storage, guid: str) -> None:
    """Remove a payload, its temporary files and its directory; anything else found there stays."""
    storage.delete(payload_name(guid))
    try:
        directories, files = storage.listdir(guid)
    except FileNotFoundError:
        return
    leftovers = _remove_temporaries(storage, guid, files)
    if not directories and len(leftovers) == len(files):
        storage.delete(guid)


def _remove_temporaries(storage: Storage, guid: str, names: Collection[str]) -> list[str]:
    """Remove what crashed writes left under a GUID of the files `names`, and return that."""
    temporaries = [name for name in names if _is_temporary(name)]
    for name in temporaries:
        with write_failures_named():
            storage.delete(f"{guid}/{name}")
    return temporaries


def _made_by_a_write(storage: Storage, guid: str, since: datetime, until: datetime) -> list[str] | None:
    """Return the files under a GUID if all there is was made by a write in that time, else None.

    An empty directory may be a crashed one's.
    """
    try:
        directories, files = storage.listdir(guid)
        made_by_a_write = not directories and all(name == PAYLOAD_FILE_NAME or _is_temporary(name) for name in files)
        names = [f"{guid}/{name}" for name in files] or [guid]
        if made_by_a_write and all(since <= _modified_at(storage, name) < until for name in names):
            return files
    except (FileNotFoundError, NotARegularFileError):  # Somebody is at work there, or it was never ours.
        pass
    return None


def _is_temporary(name: str) -> bool:
    return name.startswith(f"{PAYLOAD_FILE_NAME}.") and name.endswith(TEMPORARY_SUFFIX)


def _modified_at(storage: Storage, name: str) -> datetime:
    # Without USE_TZ Django's storages answer in naive local time, which is what astimezone() takes a naive time for.
    return storage.get_modified_time(name).astimezone(UTC)
