"""Who a request comes from: its bearer, whether the bearer proved lately who they are, and the live grant if any."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.module_loading import import_string
from rest_framework.request import Request

from devmode import grants
from devmode.audit import AuditFacts
from devmode.grants import CLOCK_TOLERANCE, ENTER_DEV_MODE, Bearer
from devmode.models.audit import Outcome
from devmode.models.grant import DevModeGrant
from devmode.models.token import ApiToken
from devmode.sessions import logged_in_at


def bearer_of(request: Request) -> Bearer | None:
    """Return the token or session of a signed-in request; None for a request that has neither."""
    if isinstance(request.auth, ApiToken):
        return Bearer.of_token(request.auth)
    session_key = getattr(getattr(request, "session", None), "session_key", None)
    return Bearer.of_session(signed_in(request), session_key) if session_key else None


def find_grant(request: Request, *, now: datetime) -> DevModeGrant | None:
    """Return the live grant a request comes with, or None."""
    if not may_enter(request):
        return None
    bearer = bearer_of(request)
    return grants.find_live(bearer, now=now) if bearer else None


def may_enter(request: Request) -> bool:
    return signed_in(request).has_perm(ENTER_DEV_MODE)


def signed_in(request: Request) -> User:
    user: Any = request.user
    return user  # type: ignore[no-any-return]


def proved_lately(request: Request, *, now: datetime) -> bool:
    """Say whether a log-in is fresh enough to count as the password. A token made by a command never is."""
    if isinstance(request.auth, ApiToken):
        proved_at = None if request.auth.made_by_command else request.auth.created_at
    else:
        proved_at = logged_in_at(request._request)
    longest = timedelta(seconds=settings.RECENT_LOGIN_SECONDS)
    return proved_at is not None and proved_at - CLOCK_TOLERANCE <= now <= proved_at + longest


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
