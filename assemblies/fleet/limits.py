"""How often an address or a key may ask: counted in the database, so that it holds across processes and restarts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from assemblies.execution.transitions import ALIAS
from assemblies.fleet.errors import RateLimited
from assemblies.fleet.models import RequestCount
from devmode.write_lock import write_transaction

PERIOD = timedelta(minutes=1)
CLOCK_TOLERANCE = timedelta(seconds=5)
KEY_SALT = "assemblies.fleet.limits"


@dataclass(frozen=True)
class Limit:
    """At most `requests` a minute of what `scope` and `who` tell apart."""

    scope: str
    who: str
    requests: int

    @property
    def digest(self) -> str:
        return salted_hmac(KEY_SALT, f"{self.scope}:{self.who}", algorithm="sha256").hexdigest()


def take_request(limits: Sequence[Limit], *, now: datetime) -> None:
    """Count one request against every limit, or against none. Raises RateLimited."""
    _refuse_exhausted(limits, now)
    with write_transaction(ALIAS):
        counts = {limit: _current(limit, now) for limit in sorted(limits, key=lambda limit: limit.digest)}
        exhausted = any(count.requests >= limit.requests for limit, count in counts.items())
        for count in [] if exhausted else counts.values():
            count.requests += 1
            count.save(update_fields=["requests", "ends_at"])
    if exhausted:
        raise RateLimited


def _refuse_exhausted(limits: Sequence[Limit], now: datetime) -> None:
    """Raise RateLimited at the price of one small query: a flood makes no writes."""
    most = {limit.digest: limit.requests for limit in limits}
    for count in RequestCount.objects.filter(digest__in=most, ends_at__gt=now):
        if count.requests >= most[count.digest] and _is_current(count, now):
            raise RateLimited


def _current(limit: Limit, now: datetime) -> RequestCount:
    """Lock and return the limit's count; one that is over begins again."""
    ends_at = now + PERIOD
    rows = RequestCount.objects.select_for_update()
    count, created = rows.get_or_create(digest=limit.digest, defaults={"ends_at": ends_at})
    if created:
        RequestCount.objects.filter(ends_at__lt=now - PERIOD).delete()
    elif not _is_current(count, now):
        count.requests, count.ends_at = 0, ends_at
    return count


def _is_current(count: RequestCount, now: datetime) -> bool:
    # Clocks of machines, and threads that wait for the lock, differ a little. What ends later than that was counted
    # before the clock was set back.
    return now < count.ends_at <= now + PERIOD + CLOCK_TOLERANCE
