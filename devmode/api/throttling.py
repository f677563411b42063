"""Throttles for endpoints, over counts that hold across processes and restarts."""

from datetime import timedelta

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from devmode.accounts.attempts import limit_of, take_attempt
from devmode.grants.principal import principal_of


class CountingThrottle(BaseThrottle):
    """At most `limit` attempts a minute by each account and address, then a lock-out if there is one."""

    scope: str
    limit: int
    lock_out = timedelta(0)

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Return True. Raises TooManyAttempts."""
        if request.method not in SAFE_METHODS:
            self.take(request)
        return True

    def take(self, request: Request) -> None:
        """Count one call. Raises TooManyAttempts."""
        who = principal_of(request)
        limit = limit_of(self.scope, who.user, who.remote_address, attempts=self.limit, lock_out=self.lock_out)
        take_attempt([limit])
