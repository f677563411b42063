"""How often an address or a key may ask: counted in the database, so that it holds across processes and restarts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connections
from django.utils.crypto import salted_hmac

from assemblies.execution.transitions import ALIAS
from assemblies.fleet.errors import RateLimited
from assemblies.fleet.models import RequestCount
from devmode.write_lock import write_transaction

PERIOD = timedelta(minutes=1)
CLOCK_TOLERANCE = timedelta(seconds=5)
KEY_SALT = "assemblies.fleet.limits"
# One count in 16 that begins sweeps those that are over.
SWEEPING = "0"
# One statement, whether the count is there or not: it is made with every message of every device.
COUNTING = """
    INSERT INTO ba_request_count (digest, requests, ends_at) VALUES (%(digest)s, 1, %(ends)s)
    ON CONFLICT (digest) DO UPDATE SET
        requests = CASE WHEN ba_request_count.ends_at > %(now)s AND ba_request_count.ends_at <= %(latest)s
            THEN ba_request_count.requests + 1 ELSE 1 END,
        ends_at = CASE WHEN ba_request_count.ends_at > %(now)s AND ba_request_count.ends_at <= %(latest)s
            THEN ba_request_count.ends_at ELSE excluded.ends_at END
    RETURNING requests
"""


@dataclass(frozen=True)
class Limit:
    """At most `requests` a minute of what `scope` and `who` tell apart."""

    scope: str
    who: str
    requests: int

    @cached_property
    def digest(self) -> str:
        return salted_hmac(KEY_SALT, f"{self.scope}:{self.who}", algorithm="sha256").hexdigest()


def take_request(limit: Limit, *, now: datetime) -> None:
    """Count one request, in a transaction of its own. Raises RateLimited."""
    refuse_exhausted(limit, now)
    with write_transaction(ALIAS):
        is_counted = count_request(limit, now=now)
    if not is_counted:
        raise RateLimited


def refuse_exhausted(limit: Limit, now: datetime) -> None:
    """Raise RateLimited at the price of one small query: a flood makes no writes."""
    latest = now + PERIOD + CLOCK_TOLERANCE
    counts = RequestCount.objects.filter(digest=limit.digest, ends_at__gt=now, ends_at__lte=latest)
    if counts.filter(requests__gte=limit.requests).exists():
        raise RateLimited


def count_request(limit: Limit, *, now: datetime) -> bool:
    """Count one request within the current transaction, and return whether there was room for it."""
    digest = limit.digest
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(COUNTING, {"digest": digest, **_times(now)})
        [requests] = cursor.fetchone()
    if requests == 1 and digest.startswith(SWEEPING):
        RequestCount.objects.filter(ends_at__lt=now - PERIOD).delete()
    return bool(requests <= limit.requests)


def _times(now: datetime) -> dict[str, Any]:
    # Clocks of machines, and threads that wait for the lock, differ a little. What ends later than that was counted
    # before the clock was set back.
    times = {"now": now, "ends": now + PERIOD, "latest": now + PERIOD + CLOCK_TOLERANCE}
    write = connections[ALIAS].ops.adapt_datetimefield_value
    return {name: write(time) for name, time in times.items()}
