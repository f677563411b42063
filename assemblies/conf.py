"""What the library is built from, made in one place from the settings; everything else gets it as an argument."""

import logging
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed
from django.db.models import Q

from assemblies.models import Assembly, JournaledPayload, StoreMark
from assemblies.payloads import PayloadStore, store_from_url

logger = logging.getLogger(f"borealis.engine.{__name__}")
MAX_GUIDS_LOGGED = 10


@lru_cache(maxsize=1)
def payload_store() -> PayloadStore:
    """Return the process's payload store."""
    return store_from_url(
        settings.PAYLOAD_STORAGE_URL,
        owner=StoreMark.owner,
        journaled=JournaledPayload.objects,
        on_missing=report_missing,
    )


def report_missing(payload_guid: str) -> None:
    """Say in the log which payload is missing, and of which assemblies."""
    # An attachment's GUID is in the content alone.
    named = Assembly.objects.filter(Q(payload_guid=payload_guid) | Q(content__contains=payload_guid))
    guids = ", ".join(named.order_by("guid").values_list("guid", flat=True)[:MAX_GUIDS_LOGGED])
    logger.warning("payload %s of assembly %s is missing", payload_guid, guids or "(none that is here now)")


def max_script_bytes() -> int:
    """Return the bound of a script or graph, from which the others follow."""
    return int(settings.MAX_DOCUMENT_BYTES)


def flush_interval() -> timedelta:
    return timedelta(seconds=settings.FLUSH_INTERVAL_SECONDS)


def _forget(*, setting: str, **_signal: object) -> None:
    if setting == "PAYLOAD_STORAGE_URL":
        payload_store.cache_clear()


setting_changed.connect(_forget)
