"""Enter Dev Mode, extend it, leave it, revoke it: the one way to each, for the API and for the pages.

Every change and every refusal is audited in the transaction that makes it; when the audit cannot be written, nothing
happens.
"""

from datetime import datetime
from typing import NoReturn

from django.contrib.auth import update_session_auth_hash
from django.utils import timezone

from devmode import grants
from devmode.accounts.attempts import LOCK_OUT, TooManyAttempts, limit_of, take_attempt
from devmode.audit import record
from devmode.audit.events import AccessEvent, AuditEvent
from devmode.grants.access import Asker
from devmode.grants.lifecycle import Bearer
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


def count_attempt(asker: Asker, *, attempts: int = ATTEMPTS_A_MINUTE) -> None:
    """Count one switching by who asks. Raises TooManyAttempts; the audit is told when a lock-out starts."""
    limit = limit_of("dev-mode", asker.user, asker.remote_address, attempts=attempts, lock_out=LOCK_OUT)
    try:
        take_attempt([limit])
    except TooManyAttempts as refusal:
        if refusal.starts_lock_out:
            _record_refusal(asker, AccessEvent.ENTER_DEV_MODE, "throttled")
        raise


def require_administrator(asker: Asker, event: AuditEvent) -> None:
    """Raise, and audit, AdministratorsOnly for everyone who may not enter Dev Mode."""
    if not asker.may_enter:
        _refuse(asker, event, AdministratorsOnly())


def enter(asker: Asker, *, reason: str, password: str) -> DevModeGrant:
    """Issue a grant to their session or token, once they have proved who they are. Raises Refusal."""
    require_administrator(asker, AccessEvent.ENTER_DEV_MODE)
    _check_proof(asker, password, now=timezone.now())
    with write_transaction():
        now = timezone.now()
        bearer = _elevated(asker, now)
        grant = grants.issue(bearer, reason=reason, remote_address=asker.remote_address, now=now)
        until = grant.expires_at.isoformat()
        record(
            asker.facts(AccessEvent.ENTER_DEV_MODE, dev_mode=True, grant=grant.pk, reason=grant.reason, until=until),
            now=now,
        )
    return grant


def extend(asker: Asker) -> DevModeGrant:
    """Let the end of their grant slide as any use of it does, never past its last end. Raises Refusal."""
    require_administrator(asker, AccessEvent.EXTEND_DEV_MODE)
    extended = _extended(asker)
    return extended or _refuse(asker, AccessEvent.EXTEND_DEV_MODE, NotInDevMode())


def leave(asker: Asker) -> None:
    """End what their session or token was granted, if anything. Raises Refusal."""
    require_administrator(asker, AccessEvent.LEAVE_DEV_MODE)
    with write_transaction():
        now = timezone.now()
        grant = grants.find_live(asker.bearer, now=now)
        grants.end_of_bearer(asker.bearer.digest, EndReason.LEFT, by=asker.user.get_username(), now=now)
        if grant is not None:
            record(asker.facts(AccessEvent.LEAVE_DEV_MODE, dev_mode=True, grant=grant.pk), now=now)


def revoke(asker: Asker, number: int) -> DevModeGrant:
    """End anybody's live grant and return it. Raises Refusal and NoSuchGrant."""
    require_administrator(asker, AccessEvent.REVOKE_DEV_MODE)
    with write_transaction():
        # Read while nobody writes nor, on PostgreSQL, uses the grant: no use recorded after the end went before it.
        DevModeGrant.objects.select_for_update(of=("self",)).filter(pk=number).first()
        now = timezone.now()
        grant = DevModeGrant.objects.live(now).select_related("user").filter(pk=number).first()
        if grant is None:
            raise NoSuchGrant
        grants.end(grant, EndReason.REVOKED, by=asker.user.get_username(), now=now)
        record(asker.facts(AccessEvent.REVOKE_DEV_MODE, grant=grant.pk, holder=grant.user.get_username()), now=now)
    return grant


def _check_proof(asker: Asker, password: str, *, now: datetime) -> None:
    """Refuse unless the log-in is fresh or the password is right; a wrong one is never overlooked."""
    if password:
        if not asker.user.check_password(password):
            _refuse(asker, AccessEvent.ENTER_DEV_MODE, PasswordWrong())
    elif not asker.proved_lately(now):
        _refuse(asker, AccessEvent.ENTER_DEV_MODE, PasswordRequired())


def _elevated(asker: Asker, now: datetime) -> Bearer:
    """Return what the grant is bound to: the token, or the session under a new key.

    A key that leaked before must not carry the elevation. The session is saved in the grant's own transaction, so that
    a failure leaves its holder signed in as before.
    """
    if asker.token is None:
        grants.end_of_bearer(asker.bearer.digest, EndReason.REPLACED, by=asker.user.get_username(), now=now)
        # Checking the password may have hashed it anew, which the session has to know.
        update_session_auth_hash(asker.browser, asker.user)
        asker.browser.session.save()
    return asker.bearer


def _extended(asker: Asker) -> DevModeGrant | None:
    with write_transaction():
        now = timezone.now()
        live = grants.find_live(asker.bearer, now=now)
        if live is None:
            return None
        grant = grants.use(live.pk, now=now)
        until = grant.expires_at.isoformat()
        record(asker.facts(AccessEvent.EXTEND_DEV_MODE, dev_mode=True, grant=grant.pk, until=until), now=now)
    return grant


def _refuse(asker: Asker, event: AuditEvent, refusal: Refusal) -> NoReturn:
    """Audit a refusal, then raise it."""
    _record_refusal(asker, event, refusal.code)
    raise refusal


def _record_refusal(asker: Asker, event: AuditEvent, code: str) -> None:
    with write_transaction():
        record(asker.facts(event, outcome=Outcome.DENIED, code=code), now=timezone.now())
