"""Install codes: shown once when they are made, stored as SHA-256, good for some devices and some hours."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from assemblies.actions.permit import Permit
from assemblies.execution.transitions import ALIAS
from assemblies.fleet.audit import tell_audit
from assemblies.fleet.errors import CodeNotFound, CodeUsed, InvalidEnrollmentCode, InvalidTtl
from assemblies.fleet.models import InstallCode
from devmode.write_lock import write_transaction

TTL_HOURS = (1, 3, 6, 12, 24)
MAX_USES = 10
DEFAULT_USES = 2
CODE_BYTES = 16
GROUP = 4
SEPARATORS = re.compile(r"[\s-]+")


@dataclass(frozen=True)
class MadeCode:
    """A code at the only time at which its text is known."""

    row: InstallCode
    code: str


def make_code(ttl_hours: int, max_uses: int, *, permit: Permit, now: datetime) -> MadeCode:
    """Make a code that devices enrol with. Raises InvalidTtl."""
    if ttl_hours not in TTL_HOURS or not 1 <= max_uses <= MAX_USES:
        raise InvalidTtl
    tell_audit(permit, "install_code", "", {"ttl_hours": ttl_hours, "max_uses": max_uses}, now=now)
    digits = secrets.token_hex(CODE_BYTES).upper()
    code = "-".join(digits[start : start + GROUP] for start in range(0, len(digits), GROUP))
    with write_transaction(ALIAS):
        row = InstallCode.objects.create(
            code_sha256=_digest(code),
            created_at=now,
            created_by=permit.actor.name,
            expires_at=now + timedelta(hours=ttl_hours),
            max_uses=max_uses,
        )
    return MadeCode(row, code)


def delete_code(number: int, *, permit: Permit, now: datetime) -> None:
    """Delete a code that no device has used. Raises CodeNotFound, CodeUsed."""
    _require_unused(InstallCode.objects.filter(pk=number).first())
    tell_audit(permit, "install_code", str(number), {}, now=now)
    with write_transaction(ALIAS):
        # Again under the lock: a device may have used it since.
        _require_unused(InstallCode.objects.select_for_update().filter(pk=number).first()).delete()


def reserve_use(code: str, *, now: datetime) -> InstallCode:
    """Take one use of a code, within the current transaction. Raises InvalidEnrollmentCode."""
    row = InstallCode.objects.select_for_update().filter(code_sha256=_digest(code)).first()
    if row is None or not row.is_usable(now):
        raise InvalidEnrollmentCode
    row.uses += 1
    row.save(update_fields=["uses"])
    return row


def free_use(code: InstallCode | None) -> None:
    """Give a use of a code that is still there back, within the current transaction."""
    if code is not None:
        InstallCode.objects.filter(pk=code.pk, uses__gt=0).update(uses=F("uses") - 1)


def _require_unused(row: InstallCode | None) -> InstallCode:
    if row is None:
        raise CodeNotFound
    if row.uses:
        raise CodeUsed
    return row


def _digest(code: str) -> str:
    """Return the digest of a code however its letters, hyphens and spaces were typed."""
    return hashlib.sha256(SEPARATORS.sub("", code).upper().encode()).hexdigest()
