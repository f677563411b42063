"""Issue, find, use and end Dev Mode grants.

`use` runs inside the transaction of the privileged change and reads the grant's row there, so that a grant which ended
a moment ago allows nothing any more. An end is final: what broke a grant is written down as soon as it is noticed, so
that a right given back, or a clock put right, does not bring the grant back with it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from devmode.accounts.roles import ENTER_DEV_MODE
from devmode.accounts.session_store import kept_key
from devmode.models.audit import AuditEntry
from devmode.models.grant import DevModeGrant, DevModeGrantQuerySet, EndReason
from devmode.models.token import ApiToken
from devmode.statements import find_first
from devmode.write_lock import write_transaction

# No module path: another salt would end every grant.
BEARER_SALT = "devmode.grants"
# Requests that run side by side read the clock in any order; a clock set back moves it further than that.
CLOCK_TOLERANCE = timedelta(seconds=2)
OF_A_TOKEN = "token:"  # noqa: S105 - what a bearer begins with


class GrantEnded(Exception):
    """The Dev Mode grant has ended."""


def session_digest(session_key: str) -> str:
    """Return what a session is called here, by the key in its cookie or by the one that is kept of it."""
    return f"session:{salted_hmac(BEARER_SALT, kept_key(session_key), algorithm='sha256').hexdigest()}"


def token_digest(token: ApiToken) -> str:
    return f"{OF_A_TOKEN}{token.digest}"


def issue(
    user: User, bearer: str, *, reason: str, remote_address: str, now: datetime, ends_by: datetime | None = None
) -> DevModeGrant:
    """Grant Dev Mode to a user whose password was verified, bound to the digest of their session or token.

    An earlier grant of the same bearer ends; none outlives `ends_by`, its own end. Runs in the caller's transaction.
    """
    # Of two requests at the same moment the later one replaces the earlier one's grant.
    User.objects.select_for_update().get(pk=user.pk)
    end_of_bearer(bearer, EndReason.REPLACED, by=user.get_username(), now=now)
    ends_at = now + timedelta(seconds=settings.DEV_MODE_MAX_SECONDS)
    ends_at = min(ends_at, ends_by or ends_at)
    return DevModeGrant.objects.create(
        user=user,
        bearer=bearer,
        rights_stamp=user.get_session_auth_hash(),
        reason=reason,
        remote_address=remote_address,
        issued_at=now,
        last_used_at=now,
        expires_at=min(now + timedelta(seconds=settings.DEV_MODE_TTL_SECONDS), ends_at),
        absolute_expires_at=ends_at,
    )


def find_live(user: User, bearer: str, *, now: datetime) -> DevModeGrant | None:
    """Return the live grant of a user's session or token, or None. The end of a broken one is written down."""
    if bearer.startswith(OF_A_TOKEN) and find_first(_open_of_bearer, [bearer]) is None:
        # Most programs have none, and are told so by a statement that is compiled already.
        return None
    live = _end_others(DevModeGrant.objects.filter(bearer=bearer), now)
    return next((grant for grant in live if grant.user_id == user.pk), None)


def _open_of_bearer() -> QuerySet[DevModeGrant, int]:
    return DevModeGrant.objects.filter(bearer="").open().values_list("pk", flat=True)


def list_live(*, now: datetime) -> list[DevModeGrant]:
    """Return everybody's live grants, newest first. The ends of broken ones are written down."""
    return _end_others(DevModeGrant.objects.all(), now)


def list_live_of(user: User, *, now: datetime) -> list[DevModeGrant]:
    """Return a user's live grants, newest first. Reading only."""
    return [grant for grant, reason in _judged(DevModeGrant.objects.filter(user=user), now) if reason is None]


def list_ended(limit: int, *, now: datetime) -> list[DevModeGrant]:
    """Return the grants that ended last, the latest end first. Reading only."""
    return list(DevModeGrant.objects.over(now).select_related("user")[:limit])


def use(grant_id: int, *, now: datetime) -> DevModeGrant:
    """Use a grant within the current transaction, which makes its end slide. Raises GrantEnded."""
    grants = DevModeGrant.objects.select_for_update(of=("self",)).select_related("user")
    grant = grants.live(now).filter(pk=grant_id).first()
    if grant is None or _broken(grant, now, _last_recorded_at()) is not None:
        raise GrantEnded
    grant.last_used_at = max(now, grant.last_used_at)
    slid = now + timedelta(seconds=settings.DEV_MODE_TTL_SECONDS)
    grant.expires_at = min(max(slid, grant.expires_at), grant.absolute_expires_at)
    grant.save(update_fields=["last_used_at", "expires_at"])
    return grant


def end(grant: DevModeGrant, reason: EndReason, *, by: str, now: datetime) -> bool:
    """End a grant and say whether it was open; one that ended before keeps its first end."""
    return DevModeGrant.objects.filter(pk=grant.pk).end(reason, by=by, now=now) > 0


def end_of_bearer(digest: str, reason: EndReason, *, by: str = "", now: datetime) -> int:
    """End what was granted to a session or token, and return how many grants that were."""
    return DevModeGrant.objects.filter(bearer=digest).end(reason, by=by, now=now)


def end_of_user(user: User, *, now: datetime) -> int:
    """End what was granted to any session or token of a user who signs out everywhere."""
    return DevModeGrant.objects.filter(user=user).end(EndReason.SIGNED_OUT, by=user.get_username(), now=now)


def end_broken(*, now: datetime) -> None:
    """Write down the end of grants whose holder lost the right, or for whom the clock was set back."""
    for grant, reason in list(_judged(DevModeGrant.objects.all(), now)):
        if reason is not None:
            end(grant, reason, by="", now=now)


def _end_others(grants: DevModeGrantQuerySet, now: datetime) -> list[DevModeGrant]:
    """Return those that allow something; what broke another one is written down, in a transaction of its own."""
    judged = list(_judged(grants, now))
    if any(reason for _grant, reason in judged):
        with write_transaction():
            # By the clock as it is now: one that was read before waiting would look set back to others' entries.
            end_broken(now=timezone.now())
    return [grant for grant, reason in judged if reason is None]


def _judged(grants: DevModeGrantQuerySet, now: datetime) -> Iterator[tuple[DevModeGrant, EndReason | None]]:
    """Yield grants that are not over in time, each with why it allows nothing all the same, or None."""
    users: dict[int, User] = {}
    last_recorded_at: datetime | None = None
    for grant in grants.live(now).select_related("user"):
        # One person's rights are looked up once, and the audit's last entry once for all.
        grant.user = users.setdefault(grant.user_id, grant.user)
        last_recorded_at = last_recorded_at or _last_recorded_at()
        yield grant, _broken(grant, now, last_recorded_at)


def _broken(grant: DevModeGrant, now: datetime, last_recorded_at: datetime | None) -> EndReason | None:
    """Return why a grant that is not over in time allows nothing, or None."""
    # Without the audit, a clock set back could bring a grant back that ended while nobody used it.
    if now < max(grant.last_used_at, last_recorded_at or grant.last_used_at) - CLOCK_TOLERANCE:
        return EndReason.CLOCK_SET_BACK
    user = grant.user
    same_password = constant_time_compare(grant.rights_stamp, user.get_session_auth_hash())
    if not (user.is_active and same_password and user.has_perm(ENTER_DEV_MODE)):
        return EndReason.RIGHTS_LOST
    return None


def _last_recorded_at() -> datetime | None:
    """Return a time that has passed; the audit's last entry is never older than a grant, whose issue is one."""
    return AuditEntry.objects.order_by("-sequence").values_list("recorded_at", flat=True).first()
