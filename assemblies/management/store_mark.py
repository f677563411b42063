"""Mark the payload store as this library's, once, so that a place without the marker is never taken for it."""

import logging

from django.utils import timezone

from assemblies.errors import StorageUnavailable
from assemblies.journal.append import lock_head
from assemblies.models import StoreMark
from assemblies.payloads import PayloadStore
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")


def mark_store(store: PayloadStore, *, replace: bool = False) -> None:
    """Write the marker unless that was done, then record it; one that cannot be written now is left to the next time.

    The record comes second: a crash between the two leaves a marker that is written once more.
    """
    with write_transaction():
        journal_id = lock_head().journal_id
    if StoreMark.owner() == journal_id and not replace:
        return
    try:
        store.marker.write(journal_id)
    except StorageUnavailable as error:
        logger.warning("prepare: the payload store was not marked: %s", error.__cause__ or error)
        return
    with write_transaction():
        StoreMark.objects.update_or_create(id=1, defaults={"journal_id": journal_id, "marked_at": timezone.now()})
