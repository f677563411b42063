"""Another key signs from now on. Devices learn it from a statement that the key before it signed.

A device that is offline meanwhile learns it when it comes back, whatever many rotations there were: all statements are
kept, and it takes them in their order. What the key before signed is run until the overlap ends, or not at all where
the key is revoked.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assemblies.actions.permit import Permit
from assemblies.fleet.audit import tell_audit
from assemblies.fleet.keys import PublicKey
from assemblies.fleet.signing import public_half, public_key, replace_key

OVERLAP = timedelta(days=30)


@dataclass(frozen=True)
class Rotation:
    """What was done; fingerprints are the SHA-256 of the public keys."""

    previous: str
    fingerprint: str
    retire_after: datetime


def rotate_signing_key(*, is_revoked: bool, permit: Permit, now: datetime) -> Rotation:
    """Make a new key and let it sign; a revoked one counts no more from now on, any other one for OVERLAP.

    Raises SigningKeyChanged, SigningKeyUnreadable.
    """
    expected, fresh = public_key(), Ed25519PrivateKey.generate()
    retire_after = now if is_revoked else now + OVERLAP
    done = Rotation(fingerprint_of(expected), fingerprint_of(public_half(fresh)), retire_after)
    detail = {"fingerprint": done.fingerprint, "retire_after": retire_after.isoformat(), "revoked": is_revoked}
    tell_audit(permit, "signing_key", done.previous, detail, now=now)
    replace_key(fresh, expected=expected, retire_after=retire_after)
    return done


def fingerprint_of(public: str) -> str:
    """Return the SHA-256 of a public key that is given as base64."""
    return PublicKey(base64.b64decode(public)).fingerprint
