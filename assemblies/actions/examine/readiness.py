"""The state of every part, for probes and for people: databases, payload store, flush and journal."""

from typing import Any

from assemblies.actions.examine.asking import trouble_with
from assemblies.actions.examine.lag import replica_lags
from assemblies.domains import Domain
from assemblies.models import JournalHead, Watermark
from assemblies.payloads import PayloadStore
from assemblies.payloads.failures import read_failures_named

SOME_PAYLOAD = "00000000-0000-4000-8000-000000000000/payload"


def library_state(store: PayloadStore) -> dict[str, Any]:
    """Return the state of every part, and `status`: ok when all of them are."""
    databases = {"default": _part(default_trouble())}
    databases |= {domain.alias: _part(replica_trouble(domain)) for domain in Domain}
    payloads = _part(store_trouble(store))
    is_ok = all(part["status"] == "ok" for part in (*databases.values(), payloads))
    state = {"status": "ok" if is_ok else "error", "databases": databases, "payloads": payloads}
    return state | (_journal_state() if databases["default"]["status"] == "ok" else {"flush": {}, "journal": {}})


def default_trouble() -> str:
    """Return why the journal cannot be read, or ""."""
    return trouble_with(lambda: JournalHead.objects.exists())


def replica_trouble(domain: Domain) -> str:
    """Return why a domain database cannot be read, or ""."""
    return trouble_with(lambda: Watermark.objects.using(domain.alias).exists())


def store_trouble(store: PayloadStore) -> str:
    """Return why the payload store cannot be asked, or ""."""
    return trouble_with(lambda: _reach(store))


def _reach(store: PayloadStore) -> bool:
    with read_failures_named():
        return store.storage.exists(SOME_PAYLOAD)


def _part(trouble: str) -> dict[str, str]:
    return {"status": "error" if trouble else "ok", "message": trouble}


def _journal_state() -> dict[str, Any]:
    head = JournalHead.objects.filter(id=1).first()
    return {
        "flush": {
            str(lag.domain): {
                "pending": lag.pending,
                "lag_seconds": lag.seconds,
                "attempts": lag.attempts,
                "last_error": lag.last_error,
            }
            for lag in replica_lags()
        },
        "journal": {"journal_id": head.journal_id if head else "", "sequence": head.sequence if head else 0},
    }
