"""Refresh tokens: bound to the enrolled key from the start, replaced at each use, and a copy ends the family.

Only digests are stored. What is refused changes nothing, but for the one thing that a copy reveals.
"""

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from assemblies.execution.transitions import ALIAS
from assemblies.fleet.access_tokens import issue_access_token
from assemblies.fleet.errors import (
    DeviceNotFound,
    DeviceRevoked,
    DpopMismatch,
    InvalidRefreshToken,
    RefreshTokenExpired,
    RefreshTokenRevoked,
)
from assemblies.fleet.models import Device, RefreshToken
from assemblies.fleet.proofs import Proof, use_proof
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
TOKEN_BYTES = 48
LIFETIME = timedelta(days=90)
# An answer that was lost on its way is no theft: the token before is accepted once more for this long.
GRACE = timedelta(seconds=60)


@dataclass(frozen=True)
class TokenPair:
    access_token: str
    refresh_token: str


def issue_first(device: Device, jkt: str, *, now: datetime) -> TokenPair:
    """Begin a family for a device that has just enrolled, within the current transaction."""
    return _issue(device, jkt, str(uuid4()), None, now)


def refresh(guid: str, refresh_token: str, proof: Proof, *, now: datetime) -> TokenPair:
    """Replace a refresh token by another one and return the new pair.

    Raises DeviceNotFound, DeviceRevoked, InvalidRefreshToken, RefreshTokenRevoked, RefreshTokenExpired, DpopMismatch,
    DpopReplayed.
    """
    with write_transaction(ALIAS):
        device = _find_device(guid)
        token = _find_token(device, refresh_token, proof, now)
        use_proof(proof, now=now)
        is_copy = _is_copy(token, now)
        if is_copy:
            RefreshToken.objects.filter(family=token.family, revoked_at=None).update(revoked_at=now)
        else:
            pair = _replace(device, token, now)
    if is_copy:
        logger.warning("fleet: a refresh token of %s was used twice; its family was revoked", device.guid)
        raise RefreshTokenRevoked
    return pair


def _find_device(guid: str) -> Device:
    device = Device.objects.select_for_update().filter(guid=guid.upper()).first()
    if device is None:
        raise DeviceNotFound
    if not device.is_enrolled:
        raise DeviceRevoked
    return device


def _find_token(device: Device, text: str, proof: Proof, now: datetime) -> RefreshToken:
    """Lock and return a token whose key the request proved: without that, nothing is said of the token itself."""
    token = RefreshToken.objects.select_for_update().filter(token_sha256=_digest(text), device=device).first()
    if token is None:
        raise InvalidRefreshToken
    if token.jkt != proof.jkt:
        raise DpopMismatch
    if token.revoked_at is not None:
        raise RefreshTokenRevoked
    if token.expires_at <= now:
        raise RefreshTokenExpired
    return token


def _is_copy(token: RefreshToken, now: datetime) -> bool:
    """Say whether a used token is more than the one before the newest, sent again because the answer was lost."""
    if token.last_used_at is None:
        return False
    is_recent = token.last_used_at <= now <= token.last_used_at + GRACE
    return not is_recent or token.successors.exclude(last_used_at=None).exists()


def _replace(device: Device, token: RefreshToken, now: datetime) -> TokenPair:
    # The first use counts: later ones within the grace must not prolong it.
    token.last_used_at = token.last_used_at or now
    token.save(update_fields=["last_used_at"])
    RefreshToken.objects.filter(device=device, expires_at__lt=now).delete()
    return _issue(device, token.jkt, token.family, token, now)


def _issue(device: Device, jkt: str, family: str, previous: RefreshToken | None, now: datetime) -> TokenPair:
    text = secrets.token_urlsafe(TOKEN_BYTES)
    RefreshToken.objects.create(
        token_sha256=_digest(text),
        device=device,
        family=family,
        previous=previous,
        jkt=jkt,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    return TokenPair(issue_access_token(device, jkt, now=now), text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
