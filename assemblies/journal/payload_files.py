"""Give the payloads that were committed with the journal their files.

A crash at any point leaves the bytes in at least one place: the row goes in a transaction of its own, after the file
and the folders that name it are durable. Done again, by anyone and at any time, it writes the same bytes once more.
"""

import hashlib
import logging
from collections.abc import Iterator

from assemblies.models import JournaledPayload
from assemblies.payloads import PayloadStore

logger = logging.getLogger(f"borealis.engine.{__name__}")
# Of 64 KiB at most each.
PAYLOADS_AT_ONCE = 100


def write_payload_files(store: PayloadStore) -> int:
    """Write the files, durably, and remove the rows. Returns how many.

    A row whose bytes are no longer what was put stays, for there may be nothing better. Raises StorageUnavailable,
    StorageFull, PayloadStoreMissing, and DatabaseError.
    """
    count = 0
    for rows in _batches():
        whole = {row.guid: bytes(row.content) for row in rows if _is_whole(row)}
        if whole:
            store.write_files(whole)
            JournaledPayload.objects.remove(*whole)
        count += len(whole)
    return count


def _batches() -> Iterator[list[JournaledPayload]]:
    last = ""
    while rows := list(JournaledPayload.objects.filter(guid__gt=last).order_by("guid")[:PAYLOADS_AT_ONCE]):
        yield rows
        last = rows[-1].guid


def _is_whole(row: JournaledPayload) -> bool:
    is_whole = hashlib.sha256(row.content).hexdigest() == row.sha256
    if not is_whole:
        logger.error("payload %s is damaged in the database, so it gets no file", row.guid)
    return is_whole
