"""Who a request comes from: its bearer, whether the bearer proved lately who they are, and the live grant if any."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from devmode import grants
from devmode.audit import AuditFacts
from devmode.grants import CLOCK_TOLERANCE, ENTER_DEV_MODE, Bearer
from devmode.models.audit import Outcome
from devmode.models.grant import DevModeGrant
from devmode.models.token import ApiToken
from devmode.sessions import logged_in_at
from devmode.turn import writing_turn


def bearer_of(request: Request) -> Bearer:
    """Return the token or session of a signed-in request. Raises NotAuthenticated for one that came another way."""
    if isinstance(request.auth, ApiToken):
        return Bearer.of_token(request.auth)
    session_key = request._request.session.session_key
    if not session_key:
        raise NotAuthenticated
    return Bearer.of_session(signed_in(request), session_key)


def find_grant(request: Request, *, now: datetime) -> DevModeGrant | None:
    """Return the live grant a request comes with, or None."""
    if not may_enter(request):
        return None
    grant = grants.find_live(bearer_of(request), now=now)
    if grant is None and request.method not in SAFE_METHODS and grants.has_broken(now=now):
        with writing_turn():
            # By the clock as it is now: one that was read before waiting would look set back to others' entries.
            grants.end_broken(now=timezone.now())
    return grant


def may_enter(request: Request) -> bool:
    return signed_in(request).has_perm(ENTER_DEV_MODE)


def signed_in(request: Request) -> User:
    user: Any = request.user
    return user  # type: ignore[no-any-return]


def proved_lately(request: Request, *, now: datetime) -> bool:
    """Say whether a log-in with today's password is fresh enough to count as that password again."""
    proved_at = _proved_at(request)
    longest = timedelta(seconds=settings.RECENT_LOGIN_SECONDS)
    return proved_at is not None and proved_at - CLOCK_TOLERANCE <= now <= proved_at + longest


def _proved_at(request: Request) -> datetime | None:
    """Return when the bearer's user gave their password. For a token made by a command nobody ever did."""
    if not isinstance(request.auth, ApiToken):
        return logged_in_at(request._request)
    token = request.auth
    same_password = constant_time_compare(token.rights_stamp, token.user.get_session_auth_hash())
    return token.created_at if same_password and not token.made_by_command else None


def role_of(user: Any) -> str:
    """Return the user's standing, in the words of whoever defines it."""
    return str(import_string(settings.DEVMODE_ROLE_OF)(user))


def facts_of(
    request: Request, event: str, *, outcome: Outcome = Outcome.SUCCESS, dev_mode: bool = False, **detail: Any
) -> AuditFacts:
    """Return what the audit is told of a request."""
    user = signed_in(request)
    return AuditFacts(
        actor=user.get_username(),
        role=role_of(user),
        event=event,
        outcome=outcome,
        remote_address=str(request.META.get("REMOTE_ADDR", "")),
        dev_mode=dev_mode,
        detail=detail,
    )
