"""Exchange a name and a password for a token.

Unknown names cost as much time as known ones and get the same answer. Wrong attempts are counted per account and
address, and per address over all accounts; a rightful log-in takes itself off both counts.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from devmode.api.endpoint import PrivateEndpoint
from devmode.api.schema import documented
from devmode.api.strict import LiteralText, StrictSerializer
from devmode.api.throttling import PERIOD_SECONDS, address_of, give_back_attempt, take_attempt
from devmode.authentication import SessionAuthentication
from devmode.tokens import issue_token

ACCOUNT_LIMIT = 10
ADDRESS_LIMIT = 100
REFUSED = "The name or the password is wrong, or the account is not active."


class LoginRequest(StrictSerializer):
    username = LiteralText(max_length=150)
    password = LiteralText(max_length=4096)


class LoginAnswer(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Shown once; send it as `Authorization: Token <token>`.")
    expiry = serializers.DateTimeField()


class LoginView(PrivateEndpoint):
    """Log in with a name and a password."""

    # A browser's session is asked for its CSRF token here too, so that no other site can log anybody in.
    authentication_classes = [SessionAuthentication]
    permission_classes = [AllowAny]

    @documented(
        "Log in",
        operation_id="login",
        request=LoginRequest,
        answers={200: LoginAnswer},
        refusals=(400, 401, 403, 413, 415, 429, 503),
        tag="access",
    )
    def post(self, request: Request) -> Response:
        sent = LoginRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        attempts = Attempts(sent.validated_data["username"], address_of(request))
        attempts.take()
        user = authenticate(request, **sent.validated_data)
        if user is None:
            raise AuthenticationFailed(REFUSED)
        attempts.give_back()
        token, record = issue_token(user, ttl_seconds=settings.API_TOKEN_TTL_SECONDS, now=timezone.now())
        return Response({"token": token, "expiry": record.expires_at})


class Attempts:
    """The counts one log-in attempt belongs to."""

    def __init__(self, username: str, address: str) -> None:
        # Cache keys must not hold spaces or control characters, and names may.
        account = hashlib.sha256(username.casefold().encode()).hexdigest()
        self.limits = {f"login:{account}:{address}": ACCOUNT_LIMIT, f"login:{address}": ADDRESS_LIMIT}

    def take(self) -> None:
        """Count the attempt. Raises Throttled."""
        allowed = [take_attempt(key, limit) for key, limit in self.limits.items()]
        if not all(allowed):
            raise Throttled(wait=PERIOD_SECONDS)

    def give_back(self) -> None:
        for key in self.limits:
            give_back_attempt(key)
