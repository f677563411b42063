"""Count attempts atomically and durably: across processes, across restarts, and however many come at once.

A count lasts one minute from its first attempt. The attempt that goes over a limit is refused and may start a
lock-out; what is refused changes no other count, so that one account under attack never uses up what an office behind
one address has in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from devmode.addresses import neighbourhood
from devmode.models.attempt_count import AttemptCount
from devmode.write_lock import write_transaction

PERIOD = timedelta(minutes=1)
LOCK_OUT = timedelta(minutes=5)
KEPT_AFTER_END = timedelta(hours=1)
# Clocks of machines differ by this much at most; a count that ends later is from before the clock was set back.
CLOCK_TOLERANCE = timedelta(seconds=5)
KEY_SALT = "devmode.attempts"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most `attempts` a minute of what `name` tells apart; over it, a lock-out of `lock_out`."""

    name: str
    attempts: int
    lock_out: timedelta = timedelta(0)

    @property
    def key(self) -> str:
        return salted_hmac(KEY_SALT, self.name, algorithm="sha256").hexdigest()


def limit_of(scope: str, user: User, address: str, *, attempts: int, lock_out: timedelta = timedelta(0)) -> Limit:
    """Return the limit of what one account does from one address."""
    return Limit(name=f"{scope}:{neighbourhood(address)}:{user.pk}", attempts=attempts, lock_out=lock_out)


class TooManyAttempts(Exception):
    """A limit is reached. `starts_lock_out` for the one attempt that starts it, for the audit."""

    def __init__(self, *, wait: timedelta, starts_lock_out: bool) -> None:
        super().__init__()
        self.wait_seconds = max(1, ceil(wait.total_seconds()))
        self.starts_lock_out = starts_lock_out

    @property
    def message(self) -> str:
        """What to tell people."""
        minutes = ceil(self.wait_seconds / 60)
        words = ngettext(
            "Too many attempts. Wait for %d minute, then try again.",
            "Too many attempts. Wait for %d minutes, then try again.",
            minutes,
        )
        return words % minutes


def take_attempt(limits: Sequence[Limit]) -> None:
    """Count one attempt against every limit, or against none. Raises TooManyAttempts."""
    refuse_locked_out(limits)
    with write_transaction():
        now = timezone.now()
        counts = {limit: _current(limit, now) for limit in sorted(limits, key=lambda limit: limit.key)}
        refusals = [_refusal(limit, count, now) for limit, count in counts.items() if count.attempts >= limit.attempts]
        for count in [] if refusals else counts.values():
            count.attempts += 1
            count.save(update_fields=["attempts", "ends_at"])
    if refusals:
        raise max(refusals, key=lambda refusal: refusal.wait_seconds)


def refuse_locked_out(limits: Sequence[Limit]) -> None:
    """Raise TooManyAttempts during a lock-out, at the price of one small question: a flood makes no writes."""
    now = timezone.now()
    for count in AttemptCount.objects.filter(pk__in=[limit.key for limit in limits]):
        limit = next(limit for limit in limits if limit.key == count.key)
        if count.attempts > limit.attempts and _is_current(limit, count, now):
            raise TooManyAttempts(wait=count.ends_at - now, starts_lock_out=False)


def give_back_attempt(limits: Sequence[Limit]) -> None:
    """Take an attempt off the counts: it turned out to be a rightful one. A lock-out stays.

    Runs inside the caller's transaction.
    """
    for limit in limits:
        counted = AttemptCount.objects.filter(pk=limit.key, attempts__range=(1, limit.attempts))
        counted.update(attempts=F("attempts") - 1)


def _current(limit: Limit, now: datetime) -> AttemptCount:
    """Lock and return the limit's count; one that is over begins again."""
    ends_at = now + PERIOD
    count, created = AttemptCount.objects.select_for_update().get_or_create(pk=limit.key, defaults={"ends_at": ends_at})
    if created:
        AttemptCount.objects.over(now - KEPT_AFTER_END).delete()
    elif not _is_current(limit, count, now):
        count.attempts, count.ends_at = 0, ends_at
    return count


def _is_current(limit: Limit, count: AttemptCount, now: datetime) -> bool:
    longest = limit.lock_out if count.attempts > limit.attempts else PERIOD
    return now < count.ends_at <= now + max(longest, PERIOD) + CLOCK_TOLERANCE


def _refusal(limit: Limit, count: AttemptCount, now: datetime) -> TooManyAttempts:
    """Start the limit's lock-out, if it has one and none runs yet."""
    starts = count.attempts == limit.attempts
    if starts:
        count.attempts += 1
        count.ends_at = now + limit.lock_out if limit.lock_out else count.ends_at
        count.save(update_fields=["attempts", "ends_at"])
    return TooManyAttempts(wait=count.ends_at - now, starts_lock_out=starts)
