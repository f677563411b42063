"""Who a request comes from: its bearer, whether the bearer proved lately who they are, and the live grant if any."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from devmode import grants
from devmode.accounts.roles import ENTER_DEV_MODE, role_of
from devmode.audit import AuditFacts
from devmode.audit.events import AuditEvent
from devmode.grants.lifecycle import CLOCK_TOLERANCE, Bearer
from devmode.grants.sessions import logged_in_at
from devmode.models.audit import Outcome
from devmode.models.grant import DevModeGrant
from devmode.models.token import ApiToken
from devmode.write_lock import write_transaction


class NoBearer(Exception):
    """Somebody signed in neither by a session nor by a token: nothing can be granted to them."""


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Somebody signed in, with the token they came by, or else with the session of their browser's request."""

    user: User
    remote_address: str
    token: ApiToken | None
    browser: HttpRequest

    @property
    def bearer(self) -> Bearer:
        """Return what a grant of theirs is bound to, by the session's key as it is now. Raises NoBearer."""
        if self.token:
            return Bearer.of_token(self.token)
        session_key = self.browser.session.session_key
        if not session_key:
            raise NoBearer
        return Bearer.of_session(self.user, session_key)

    @property
    def may_enter(self) -> bool:
        return self.user.has_perm(ENTER_DEV_MODE)

    def proved_lately(self, now: datetime) -> bool:
        """Say whether a log-in with today's password is fresh enough to count as that password again."""
        proved_at = self._proved_at()
        longest = timedelta(seconds=settings.RECENT_LOGIN_SECONDS)
        return proved_at is not None and proved_at - CLOCK_TOLERANCE <= now <= proved_at + longest

    def _proved_at(self) -> datetime | None:
        """Return when they gave their password. For a token made by a command nobody ever did."""
        if self.token is None:
            return logged_in_at(self.browser)
        same_password = constant_time_compare(self.token.rights_stamp, self.user.get_session_auth_hash())
        return self.token.created_at if same_password and not self.token.made_by_command else None

    def facts(
        self, event: AuditEvent, *, outcome: Outcome = Outcome.SUCCESS, dev_mode: bool = False, **detail: Any
    ) -> AuditFacts:
        """Return what the audit is told of what they did."""
        return AuditFacts(
            actor=self.user.get_username(),
            role=role_of(self.user),
            event=event,
            outcome=outcome,
            remote_address=self.remote_address,
            dev_mode=dev_mode,
            detail=detail,
        )


def asker_of(request: Request | HttpRequest) -> Asker:
    """Return who asks, of a signed-in call of the API or of a signed-in page."""
    auth: Any = getattr(request, "auth", None)
    return Asker(
        user=signed_in(request),
        remote_address=str(request.META.get("REMOTE_ADDR", "")),
        token=auth if isinstance(auth, ApiToken) else None,
        browser=request._request if isinstance(request, Request) else request,
    )


def bearer_of(request: Request) -> Bearer:
    """Return the token or session of a signed-in request. Raises NotAuthenticated for one that came another way."""
    try:
        return asker_of(request).bearer
    except NoBearer as error:
        raise NotAuthenticated from error


def find_grant(request: Request, *, now: datetime) -> DevModeGrant | None:
    """Return the live grant a request comes with, or None."""
    if not may_enter(request):
        return None
    grant = grants.find_live(bearer_of(request), now=now)
    if grant is None and request.method not in SAFE_METHODS and grants.has_broken(now=now):
        with write_transaction():
            # By the clock as it is now: one that was read before waiting would look set back to others' entries.
            grants.end_broken(now=timezone.now())
    return grant


def may_enter(request: Request) -> bool:
    return signed_in(request).has_perm(ENTER_DEV_MODE)


def signed_in(request: Request | HttpRequest) -> User:
    user: Any = request.user
    return user  # type: ignore[no-any-return]
