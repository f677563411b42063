"""Who a request comes from, found once per request: a user, by a token or by a session, and their Dev Mode grant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from devmode import grants
from devmode.accounts.roles import role_of
from devmode.actor import Actor, Role
from devmode.grants.lifecycle import CLOCK_TOLERANCE
from devmode.grants.sessions import logged_in_at
from devmode.models.grant import DevModeGrant
from devmode.models.token import ApiToken


@dataclass(frozen=True, kw_only=True)
class Principal:
    """A user and the token or session they came by; of somebody who did not sign in, all is empty."""

    user: User
    token: ApiToken | None = None
    session: SessionBase | None = None
    remote_address: str = ""

    @property
    def bearer(self) -> str:
        """Return what a grant of theirs is bound to, by the session's key as it is now. Raises NotAuthenticated."""
        if bearer := self._find_bearer():
            return bearer
        raise NotAuthenticated

    @cached_property
    def role(self) -> Role:
        return role_of(self.user)

    @property
    def is_administrator(self) -> bool:
        """Whether they may enter Dev Mode."""
        return self.role is Role.ADMINISTRATOR

    @cached_property
    def grant(self) -> DevModeGrant | None:
        """Their live grant when it was first read, or None. Raises NotAuthenticated.

        The end of a broken one is written down, also of one whose holder was deactivated and is nobody now: read this
        outside of transactions.
        """
        bearer = self.bearer if self.user.is_authenticated else self._find_bearer()
        return grants.find_live(self.user, bearer, now=timezone.now()) if bearer else None

    @property
    def actor(self) -> Actor:
        return self.actor_in(self.grant)

    def actor_in(self, grant: DevModeGrant | None) -> Actor:
        """Return them as the audit names them, in Dev Mode by `grant`, or not in it."""
        return Actor(
            name=self.user.get_username(),
            role=self.role,
            remote_address=self.remote_address,
            grant_id=grant.pk if grant else None,
        )

    def authenticated_recently(self, now: datetime) -> bool:
        """Say whether a log-in with today's password is fresh enough to count as that password again."""
        authenticated_at = self._authenticated_at()
        longest = timedelta(seconds=settings.RECENT_LOGIN_SECONDS)
        return authenticated_at is not None and authenticated_at - CLOCK_TOLERANCE <= now <= authenticated_at + longest

    def _authenticated_at(self) -> datetime | None:
        """Return when they gave their password. For a token made by a command nobody ever did."""
        if self.token is None:
            return logged_in_at(self.session) if self.session else None
        same_password = constant_time_compare(self.token.rights_stamp, self.user.get_session_auth_hash())
        return self.token.created_at if same_password and not self.token.made_by_command else None

    def _find_bearer(self) -> str:
        if self.token:
            return grants.token_digest(self.token)
        key = self.session.session_key if self.session is not None else None
        return grants.session_digest(key) if key else ""


def principal_of(request: Request | HttpRequest) -> Principal:
    """Return who asks, of a call of the API or of a page; the same one whenever a request is asked."""
    found: Principal | None = vars(request).get("_principal")  # not what Django's own request holds
    if found is None:
        found = _found(request)
        request._principal = found  # type: ignore[union-attr]
    return found


def _found(request: Request | HttpRequest) -> Principal:
    user: Any = request.user
    auth: Any = getattr(request, "auth", None)
    return Principal(
        user=user,
        token=auth if isinstance(auth, ApiToken) else None,
        session=getattr(request, "session", None),
        remote_address=address_of(request),
    )


def address_of(request: Request | HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
