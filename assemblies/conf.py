"""What the library is built from, made in one place from the settings; everything else gets it as an argument."""

from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.core.signals import setting_changed

from assemblies.models import StoreMark
from assemblies.payloads import PayloadStore, store_from_url


@lru_cache(maxsize=1)
def payload_store() -> PayloadStore:
    """Return the process's payload store."""
    return store_from_url(settings.PAYLOAD_STORAGE_URL, owner=StoreMark.owner)


def max_script_bytes() -> int:
    """Return the bound of a script or graph, from which the others follow."""
    return int(settings.MAX_DOCUMENT_BYTES)


def flush_interval() -> timedelta:
    return timedelta(seconds=settings.FLUSH_INTERVAL_SECONDS)


def _forget(*, setting: str, **_signal: object) -> None:
    if setting == "PAYLOAD_STORAGE_URL":
        payload_store.cache_clear()


setting_changed.connect(_forget)
