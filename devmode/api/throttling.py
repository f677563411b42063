"""Throttles that count atomically, so that requests at the same moment cannot slip through together.

A count lives in Django's cache for one period from its first attempt. The attempt that goes over the limit starts a
lock-out of one more period; attempts during it change nothing.
"""

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

PERIOD_SECONDS = 60


class CountingThrottle(BaseThrottle):
    """At most `limit` attempts a minute by each identity."""

    scope: str
    limit: int

    def identity(self, request: Request) -> str:
        """Return who is counted: the account and the address."""
        return f"{request.user.pk}:{address_of(request)}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        return take_attempt(f"throttle:{self.scope}:{self.identity(request)}", self.limit)

    def wait(self) -> float:
        return PERIOD_SECONDS


def take_attempt(key: str, limit: int) -> bool:
    """Count one attempt. Returns whether it is within the limit."""
    cache.add(key, 0, PERIOD_SECONDS)
    try:
        attempts = cache.incr(key)
    except ValueError:
        # The period ended between the two calls.
        cache.set(key, attempts := 1, PERIOD_SECONDS)
    if attempts == limit + 1:
        cache.touch(key, PERIOD_SECONDS)
    return attempts <= limit


def give_back_attempt(key: str) -> None:
    """Take an attempt off the count: it turned out to be a rightful one."""
    try:
        cache.decr(key)
    except ValueError:
        return


def address_of(request: Request) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
