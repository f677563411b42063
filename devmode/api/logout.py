"""End one's access: this token or session, or all of them."""

from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from devmode.api.endpoint import PrivateEndpoint
from devmode.api.schema import documented
from devmode.grants.access import signed_in
from devmode.grants.lifecycle import end_of_user
from devmode.grants.sessions import sessions_of
from devmode.models.token import ApiToken
from devmode.write_lock import write_transaction

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
        end_all_access(signed_in(request))
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


def end_all_access(user: User) -> None:
    """Revoke the user's tokens, end their sessions and every Dev Mode grant, all or none."""
    with write_transaction():
        now = timezone.now()
        ApiToken.objects.filter(user=user).delete()
        for session in sessions_of(user, now=now):
            session.delete()
        end_of_user(user, now=now)
