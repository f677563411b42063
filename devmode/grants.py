"""Issue, find, use and end Dev Mode grants.

`use` runs inside the transaction of the privileged change and reads the grant's row there, so that a grant which ended
a moment ago allows nothing any more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.crypto import constant_time_compare, salted_hmac

from devmode.models.grant import DevModeGrant, EndReason
from devmode.models.token import ApiToken

ENTER_DEV_MODE = "devmode.enter_dev_mode"
BEARER_SALT = "devmode.grants"
# Requests that run side by side read the clock in any order; a clock set back moves it further than that.
CLOCK_TOLERANCE = timedelta(seconds=2)


class GrantEnded(Exception):
    """The Dev Mode grant has ended."""


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """What a grant is bound to: one session or one API token of one user."""

    user: User
    digest: str

    @classmethod
    def of_session(cls, user: User, session_key: str) -> "Bearer":
        return cls(user=user, digest=f"session:{salted_hmac(BEARER_SALT, session_key, algorithm='sha256').hexdigest()}")

    @classmethod
    def of_token(cls, token: ApiToken) -> "Bearer":
        return cls(user=token.user, digest=f"token:{token.digest}")


def issue(bearer: Bearer, *, reason: str, remote_address: str, now: datetime) -> DevModeGrant:
    """Grant Dev Mode to a bearer whose password was verified; an earlier grant of the same bearer ends.

    Runs inside the caller's transaction.
    """
    for earlier in DevModeGrant.objects.open().filter(bearer=bearer.digest):
        end(earlier, EndReason.REPLACED, by=bearer.user.get_username(), now=now)
    longest = timedelta(seconds=settings.DEV_MODE_MAX_SECONDS)
    return DevModeGrant.objects.create(
        user=bearer.user,
        bearer=bearer.digest,
        rights_stamp=bearer.user.get_session_auth_hash(),
        reason=reason,
        remote_address=remote_address,
        issued_at=now,
        last_used_at=now,
        expires_at=now + min(timedelta(seconds=settings.DEV_MODE_TTL_SECONDS), longest),
        absolute_expires_at=now + longest,
    )


def find_live(bearer: Bearer, *, now: datetime) -> DevModeGrant | None:
    """Return the bearer's live grant, or None. Reading only."""
    grants = DevModeGrant.objects.live(now).filter(bearer=bearer.digest, user=bearer.user).select_related("user")
    return next((grant for grant in grants if _broken(grant, now) is None), None)


def use(grant_id: int, *, now: datetime) -> DevModeGrant:
    """Use a grant within the current transaction, which makes its end slide. Raises GrantEnded."""
    grants = DevModeGrant.objects.select_for_update(of=("self",)).select_related("user")
    grant = grants.live(now).filter(pk=grant_id).first()
    if grant is None or _broken(grant, now) is not None:
        raise GrantEnded
    grant.last_used_at = max(now, grant.last_used_at)
    slid = now + timedelta(seconds=settings.DEV_MODE_TTL_SECONDS)
    grant.expires_at = min(max(slid, grant.expires_at), grant.absolute_expires_at)
    grant.save(update_fields=["last_used_at", "expires_at"])
    return grant


def end(grant: DevModeGrant, reason: EndReason, *, by: str, now: datetime) -> None:
    """End a grant; one that ended before keeps its first end."""
    DevModeGrant.objects.open().filter(pk=grant.pk).update(ended_at=now, ended_by=by, end_reason=reason)


def end_broken(*, now: datetime) -> None:
    """Write down the end of grants whose holder lost the right, or for whom the clock was set back."""
    for grant in DevModeGrant.objects.live(now).select_related("user"):
        if reason := _broken(grant, now):
            end(grant, reason, by="", now=now)


def end_of_bearer(digest: str, *, now: datetime) -> None:
    """End what was granted to a session or token that is gone."""
    for grant in DevModeGrant.objects.open().filter(bearer=digest):
        end(grant, EndReason.SIGNED_OUT, by=grant.user.get_username(), now=now)


def _broken(grant: DevModeGrant, now: datetime) -> EndReason | None:
    """Return why a grant that is not over in time allows nothing, or None."""
    if now < grant.last_used_at - CLOCK_TOLERANCE:
        return EndReason.CLOCK_SET_BACK
    user = grant.user
    same_password = constant_time_compare(grant.rights_stamp, user.get_session_auth_hash())
    if not (user.is_active and same_password and user.has_perm(ENTER_DEV_MODE)):
        return EndReason.RIGHTS_LOST
    return None
