"""Exchange a name and a password for a token.

Unknown names cost as much time as known ones and get the same answer. The token and its audit entry are durable
together or not at all.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from devmode.accounts.attempts import TooManyAttempts
from devmode.accounts.authentication import SessionAuthentication
from devmode.accounts.password_attempt import PasswordAttempt
from devmode.accounts.tokens import issue_token
from devmode.api.endpoint import PrivateEndpoint
from devmode.api.schema import documented
from devmode.api.strict import LiteralText, StrictSerializer
from devmode.api.throttling import address_of, throttled
from devmode.audit.events import AccessEvent
from devmode.write_lock import write_transaction

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
        name = sent.validated_data["username"]
        attempt = PasswordAttempt(event=AccessEvent.LOG_IN, username=name, address=address_of(request), by="token")
        try:
            attempt.take()
        except TooManyAttempts as refusal:
            raise throttled(refusal) from refusal
        user: Any = authenticate(request, **sent.validated_data)
        if user is None:
            attempt.fail()
            raise AuthenticationFailed(REFUSED)
        with write_transaction():
            token, record = issue_token(user, ttl_seconds=settings.API_TOKEN_TTL_SECONDS, now=timezone.now())
            attempt.succeed(user)
        return Response({"token": token, "expiry": record.expires_at})
