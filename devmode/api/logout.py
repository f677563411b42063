"""End one's access: this token or session, or all of them."""

from typing import Any

from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.models import Session
from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from devmode.api.endpoint import PrivateEndpoint
from devmode.api.schema import documented
from devmode.models.token import ApiToken

REFUSALS = (401, 403, 503)


class LogoutView(PrivateEndpoint):
    """End the token or the session this request came with."""

    @documented("Log out", operation_id="logout", answers={204: None}, refusals=REFUSALS, tag="access")
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, ApiToken):
            request.auth.delete()
        else:
            logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutAllView(PrivateEndpoint):
    """End every token and every session of the account."""

    @documented("Log out everywhere", operation_id="logout_all", answers={204: None}, refusals=REFUSALS, tag="access")
    def post(self, request: Request) -> Response:
        end_all_access(request.user)
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


def end_all_access(user: Any) -> None:
    """Revoke the user's tokens and end their sessions."""
    ApiToken.objects.filter(user=user).delete()
    for session in Session.objects.filter(expire_date__gt=timezone.now()):
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
