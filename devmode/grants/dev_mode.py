"""Enter Dev Mode, extend it, leave it, revoke it: the one way to each, for the API and for the pages.

Every change and every refusal is audited in the transaction that makes it; when the audit cannot be written, nothing
happens.
"""

from contextlib import suppress
from datetime import datetime
from typing import NoReturn

from django.contrib.auth import HASH_SESSION_KEY
from django.utils import timezone

from devmode import grants
from devmode.accounts.attempts import LOCK_OUT, TooManyAttempts, limit_of, take_attempt
from devmode.audit import AuditFacts, record
from devmode.audit.events import AccessEvent, AuditEvent
from devmode.grants.principal import Principal
from devmode.models.audit import Outcome
from devmode.models.grant import DevModeGrant, EndReason
from devmode.write_lock import write_transaction

ATTEMPTS_A_MINUTE = 10


class Refusal(Exception):
    """You may not do this."""

    code = "forbidden"

    @property
    def message(self) -> str:
        return str(self.__doc__)


class AdministratorsOnly(Refusal):
    """Only administrators may do this."""

    code = "permission_denied"


class PasswordRequired(Refusal):
    """Your log-in is not fresh: send your password, too."""

    code = "password_required"


class PasswordWrong(Refusal):
    """The password is wrong; Dev Mode stays off."""

    code = "password_wrong"


class NotInDevMode(Refusal):
    """Dev Mode has ended; enter it again."""

    code = "dev_mode_ended"


class NoSuchGrant(Refusal):
    """There is no live grant of this number."""

    code = "not_found"


def count_attempt(principal: Principal, *, attempts: int = ATTEMPTS_A_MINUTE) -> None:
    """Count one switching by who asks. Raises TooManyAttempts; the audit is told when a lock-out starts."""
    limit = limit_of("dev-mode", principal.user, principal.remote_address, attempts=attempts, lock_out=LOCK_OUT)
    try:
        take_attempt([limit])
    except TooManyAttempts as refusal:
        if refusal.starts_lock_out:
            _record_refusal(principal, AccessEvent.ENTER_DEV_MODE, "throttled")
        raise


def require_administrator(principal: Principal, event: AuditEvent) -> None:
    """Raise, and audit, AdministratorsOnly for everyone who may not enter Dev Mode."""
    if not principal.is_administrator:
        _refuse(principal, event, AdministratorsOnly())


def enter(principal: Principal, *, reason: str, password: str) -> DevModeGrant:
    """Issue a grant to their session or token, once they have proved who they are. Raises Refusal."""
    require_administrator(principal, AccessEvent.ENTER_DEV_MODE)
    _check_proof(principal, password, now=timezone.now())
    with write_transaction():
        now = timezone.now()
        grant = grants.issue(
            principal.user,
            _elevated(principal, now),
            reason=reason,
            remote_address=principal.remote_address,
            now=now,
            ends_by=principal.token.expires_at if principal.token else None,
        )
        until = grant.expires_at.isoformat()
        detail = {"grant": grant.pk, "reason": grant.reason, "until": until}
        record(AuditFacts(actor=principal.actor_in(grant), event=AccessEvent.ENTER_DEV_MODE, detail=detail), now=now)
    return grant


def extend(principal: Principal) -> DevModeGrant:
    """Let the end of their grant slide as any use of it does, never past its last end. Raises Refusal."""
    require_administrator(principal, AccessEvent.EXTEND_DEV_MODE)
    extended = _extended(principal)
    return extended or _refuse(principal, AccessEvent.EXTEND_DEV_MODE, NotInDevMode())


def leave(principal: Principal) -> None:
    """End what their session or token was granted, if anything. Raises Refusal."""
    require_administrator(principal, AccessEvent.LEAVE_DEV_MODE)
    grant = principal.grant
    with write_transaction():
        now = timezone.now()
        ended = grants.end_of_bearer(principal.bearer, EndReason.LEFT, by=principal.user.get_username(), now=now)
        if grant is not None and ended:
            record(
                AuditFacts(
                    actor=principal.actor_in(grant), event=AccessEvent.LEAVE_DEV_MODE, detail={"grant": grant.pk}
                ),
                now=now,
            )


def revoke(principal: Principal, number: int) -> DevModeGrant:
    """End anybody's live grant and return it. Raises Refusal and NoSuchGrant."""
    require_administrator(principal, AccessEvent.REVOKE_DEV_MODE)
    with write_transaction():
        # Read while nobody writes nor, on PostgreSQL, uses the grant: no use recorded after the end went before it.
        DevModeGrant.objects.select_for_update(of=("self",)).filter(pk=number).first()
        now = timezone.now()
        grant = DevModeGrant.objects.live(now).select_related("user").filter(pk=number).first()
        if grant is None:
            raise NoSuchGrant
        grants.end(grant, EndReason.REVOKED, by=principal.user.get_username(), now=now)
        detail = {"grant": grant.pk, "holder": grant.user.get_username()}
        record(AuditFacts(actor=principal.actor_in(None), event=AccessEvent.REVOKE_DEV_MODE, detail=detail), now=now)
    return grant


def _check_proof(principal: Principal, password: str, *, now: datetime) -> None:
    """Refuse unless the log-in is fresh or the password is right; a wrong one is never overlooked."""
    if password:
        if not principal.user.check_password(password):
            _refuse(principal, AccessEvent.ENTER_DEV_MODE, PasswordWrong())
    elif not principal.authenticated_recently(now):
        _refuse(principal, AccessEvent.ENTER_DEV_MODE, PasswordRequired())


def _elevated(principal: Principal, now: datetime) -> str:
    """Return what the grant is bound to: the token, or the session under a new key.

    A key that leaked before must not carry the elevation. The session is saved in the grant's own transaction, so that
    a failure leaves its holder signed in as before.
    """
    if principal.session is not None and principal.token is None:
        grants.end_of_bearer(principal.bearer, EndReason.REPLACED, by=principal.user.get_username(), now=now)
        principal.session.cycle_key()
        # Checking the password may have rehashed it, which the session has to know.
        principal.session[HASH_SESSION_KEY] = principal.user.get_session_auth_hash()
        principal.session.save()
    return principal.bearer


def _extended(principal: Principal) -> DevModeGrant | None:
    if principal.grant is None:
        return None
    with suppress(grants.GrantEnded), write_transaction():
        now = timezone.now()
        grant = grants.use(principal.grant.pk, now=now)
        detail = {"grant": grant.pk, "until": grant.expires_at.isoformat()}
        record(AuditFacts(actor=principal.actor_in(grant), event=AccessEvent.EXTEND_DEV_MODE, detail=detail), now=now)
        return grant
    return None


def _refuse(principal: Principal, event: AuditEvent, refusal: Refusal) -> NoReturn:
    """Audit a refusal, then raise it."""
    _record_refusal(principal, event, refusal.code)
    raise refusal


def _record_refusal(principal: Principal, event: AuditEvent, code: str) -> None:
    with write_transaction():
        facts = AuditFacts(actor=principal.actor_in(None), event=event, detail={"code": code}, outcome=Outcome.DENIED)
        record(facts, now=timezone.now())
