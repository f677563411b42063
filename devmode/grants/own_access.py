"""What somebody has access by, as they see, make and end it themselves: their API tokens and their sessions."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from devmode import grants
from devmode.accounts.password_attempt import PasswordAttempt
from devmode.accounts.tokens import issue_token
from devmode.audit import AuditFacts, record
from devmode.audit.events import AccessEvent
from devmode.grants.dev_mode import PasswordWrong
from devmode.grants.lifecycle import session_digest, token_digest
from devmode.grants.principal import Principal
from devmode.grants.sessions import LOGGED_IN_AT, LOGGED_IN_FROM, LOGGED_IN_WITH, sessions_of
from devmode.models.token import ApiToken
from devmode.write_lock import write_transaction


@dataclass(frozen=True, kw_only=True)
class Access:
    """One token or session. `key` names it without giving it away."""

    key: str
    row: ApiToken | Session
    since: datetime | None
    until: datetime
    is_current: bool = False
    in_dev_mode: bool = False
    address: str = ""
    user_agent: str = ""

    @property
    def token(self) -> ApiToken | None:
        return self.row if isinstance(self.row, ApiToken) else None

    @property
    def label(self) -> str:
        return f"token {self.token.prefix}" if self.token else "session"


def list_access(principal: Principal, *, now: datetime) -> list[Access]:
    """Return a user's sessions and live tokens, the newest of each first. Reading only."""
    user = principal.user
    granted = {grant.bearer for grant in grants.list_live_of(user, now=now)}
    tokens = ApiToken.objects.live(now).filter(user=user).order_by("-created_at")
    found = [_of_session(session, principal.bearer, granted) for session in sessions_of(user, now=now)]
    found.sort(key=lambda access: access.until, reverse=True)
    return found + [_of_token(token, granted) for token in tokens]


def end_access(principal: Principal, chosen: Callable[[Access], bool]) -> list[Access]:
    """End the chosen ones of the user's own, with what was granted to them, and audit it. Returns them."""
    with write_transaction():
        now = timezone.now()
        ended = [access for access in list_access(principal, now=now) if chosen(access)]
        for access in ended:
            access.row.delete()
        if ended:
            record(_facts(principal, ended), now=now)
    return ended


def make_token(principal: Principal, *, password: str, ttl_seconds: int) -> str:
    """Return a new API token of the user's own, once they have proved who they are.

    Raises PasswordWrong, TooManyAttempts and AuditUnwritable.
    """
    attempt = PasswordAttempt(
        event=AccessEvent.CREATE_TOKEN,
        username=principal.user.get_username(),
        address=principal.remote_address,
        by="session",
    )
    attempt.take()
    if not principal.user.check_password(password):
        attempt.fail("password_wrong")
        raise PasswordWrong
    with write_transaction():
        token, kept = issue_token(principal.user, ttl_seconds=ttl_seconds, now=timezone.now())
        attempt.succeed(principal.user, prefix=kept.prefix, ttl_seconds=ttl_seconds)
    if principal.session is not None:
        # Checking the password may have rehashed it, which the session has to know.
        principal.session[HASH_SESSION_KEY] = principal.user.get_session_auth_hash()
    return token


def _of_session(session: Session, own_bearer: str, granted: Collection[str]) -> Access:
    digest, said = session_digest(session.session_key), session.get_decoded()
    since = said.get(LOGGED_IN_AT)
    return Access(
        key=digest,
        row=session,
        since=datetime.fromisoformat(since) if since else None,
        until=session.expire_date,
        is_current=digest == own_bearer,
        in_dev_mode=digest in granted,
        address=said.get(LOGGED_IN_FROM, ""),
        user_agent=said.get(LOGGED_IN_WITH, ""),
    )


def _of_token(token: ApiToken, granted: Collection[str]) -> Access:
    return Access(
        key=f"token:{token.pk}",
        row=token,
        since=token.created_at,
        until=token.expires_at,
        in_dev_mode=token_digest(token) in granted,
    )


def _facts(principal: Principal, ended: Collection[Access]) -> AuditFacts:
    return AuditFacts(
        actor=principal.actor_in(None),
        event=AccessEvent.END_ACCESS,
        detail={"ended": [access.label for access in ended]},
    )
