"""Access: exchange a name and a password for a token; end a token, a session, or all of an account's.

Unknown names cost as much time as known ones and get the same answer. A token and its audit entry are durable together
or not at all.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from devmode.accounts.authentication import SessionAuthentication
from devmode.accounts.password_attempt import PasswordAttempt
from devmode.accounts.tokens import issue_token
from devmode.api.resource import Resource
from devmode.api.schema import described
from devmode.api.shapes import Answer, LiteralText, Shape
from devmode.audit.events import AccessEvent
from devmode.grants.lifecycle import end_of_user
from devmode.grants.principal import address_of, principal_of
from devmode.grants.sessions import sessions_of
from devmode.models.token import ApiToken
from devmode.write_lock import write_transaction

WRONG = "The name or the password is wrong, or the account is not active."
TAG = "access"


class Login(Shape):
    username = LiteralText(max_length=150)
    password = LiteralText(max_length=4096)


class LoginAnswer(Answer):
    token = serializers.CharField(help_text="Shown once; send it as `Authorization: Token <token>`.")
    expiry = serializers.DateTimeField()


class AccessViewSet(Resource):
    """Log in and out."""

    @described(
        "Log in",
        operation_id="login",
        body=Login,
        answers={200: LoginAnswer},
        refusals=(401, 403, 413, 415, 429, 503),
        tag=TAG,
    )
    @action(
        detail=False,
        methods=["post"],
        permission_classes=[AllowAny],
        # A browser's session has to send its CSRF token here too, so that no other site can log anybody in.
        authentication_classes=[SessionAuthentication],
    )
    def login(self, request: Request) -> Response:
        sent = self.body()
        attempt = PasswordAttempt(
            event=AccessEvent.LOG_IN, username=sent["username"], address=address_of(request), by="token"
        )
        attempt.take()
        user: Any = authenticate(request, **sent)
        if user is None:
            attempt.fail()
            raise AuthenticationFailed(WRONG)
        with write_transaction():
            token, record = issue_token(user, ttl_seconds=settings.API_TOKEN_TTL_SECONDS, now=timezone.now())
            attempt.succeed(user)
        return Response({"token": token, "expiry": record.expires_at})

    @described("Log out", operation_id="logout", answers={204: None}, refusals=(401, 403, 503), tag=TAG)
    @action(detail=False, methods=["post"])
    def logout(self, request: Request) -> Response:
        """End the token or the session this request came with."""
        if isinstance(request.auth, ApiToken):
            request.auth.delete()
        else:
            logout(request._request)
        return Response(status=204)

    @described("Log out everywhere", operation_id="logout_all", answers={204: None}, refusals=(401, 403, 503), tag=TAG)
    @action(detail=False, methods=["post"])
    def logoutall(self, request: Request) -> Response:
        """End every token and every session of the account."""
        end_all_access(principal_of(request).user)
        logout(request._request)
        return Response(status=204)


def end_all_access(user: User) -> None:
    """Revoke the user's tokens, end their sessions and every Dev Mode grant, all or none."""
    with write_transaction():
        now = timezone.now()
        ApiToken.objects.filter(user=user).delete()
        for session in sessions_of(user, now=now):
            session.delete()
        end_of_user(user, now=now)
