"""The state of every part, for probes and for people: databases, payload store, flush, journal and companions."""

from datetime import datetime, timedelta
from typing import Any

from assemblies.companion_states import companion_states
from assemblies.databases import DATABASES
from assemblies.inspection.health.lag import Lag, replica_lags
from assemblies.inspection.health.parts import database_trouble, store_trouble
from assemblies.models import JournalHead
from assemblies.payloads import PayloadStore


def library_state(store: PayloadStore, *, flush_interval: timedelta, now: datetime) -> dict[str, Any]:
    """Return the state of every part, and `status`: ok when requests can be answered and changes kept and flushed.

    A companion that does not run is said and no more: what it leaves undone shows elsewhere, and other nodes may do it.
    """
    databases = {database.alias: _part(database_trouble(database.alias)) for database in DATABASES}
    payloads = _part(store_trouble(store))
    can_ask = databases["default"]["status"] == "ok"
    lags = replica_lags(interval=flush_interval, now=now) if can_ask else []
    is_ok = all(part["status"] == "ok" for part in (*databases.values(), payloads))
    state = {
        "status": "ok" if is_ok and not any(lag.is_overdue for lag in lags) else "error",
        "databases": databases,
        "payloads": payloads,
        "companions": {name: state.json() for name, state in companion_states().items()},
    }
    return state | (_journal_state(lags) if can_ask else {"flush": {}, "journal": {}})


def _part(trouble: str) -> dict[str, str]:
    return {"status": "error" if trouble else "ok", "message": trouble}


def _journal_state(lags: list[Lag]) -> dict[str, Any]:
    head = JournalHead.objects.filter(id=1).first()
    return {
        "flush": {
            str(lag.domain): {
                "pending": lag.pending,
                "lag_seconds": lag.seconds,
                "overdue": lag.is_overdue,
                "attempts": lag.attempts,
                "last_error": lag.last_error,
            }
            for lag in lags
        },
        "journal": {"journal_id": head.journal_id if head else "", "sequence": head.sequence if head else 0},
    }
