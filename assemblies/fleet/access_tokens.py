"""Access tokens: JWT signed with a key of their own that follows from the installation's secret key.

A token says which device, with which key, of which token version; it is of use only with a proof of that key.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from assemblies.fleet.errors import InvalidClaims, InvalidToken, TokenExpired
from assemblies.fleet.models import Device

PURPOSE = b"borealis-assemblies: access tokens of devices"
ALGORITHM = "Ed25519"
LIFETIME_SECONDS = 900
MAX_TOKEN_CHARACTERS = 4096
# About a kilobyte each.
MAX_REMEMBERED = 8192
SUBJECT_PREFIX = "device:"


@dataclass(frozen=True)
class AccessClaims:
    """What a token says; `jkt` is the thumbprint of the key that it is bound to."""

    guid: str
    fingerprint: str
    token_version: int
    jkt: str


def issue_access_token(device: Device, jkt: str, *, now: datetime) -> str:
    issued = int(now.timestamp())
    claims = {
        "sub": f"{SUBJECT_PREFIX}{device.guid}",
        "fingerprint": device.fingerprint,
        "token_version": device.token_version,
        "cnf": {"jkt": jkt},
        "iat": issued,
        "exp": issued + LIFETIME_SECONDS,
    }
    return jwt.encode({"alg": ALGORITHM, "typ": "at+jwt"}, claims, _key(settings.SECRET_KEY), [ALGORITHM])


def read_access_token(text: str, *, now: datetime) -> AccessClaims:
    """Return what a token of this installation says. Raises InvalidToken, InvalidClaims, TokenExpired."""
    if len(text) > MAX_TOKEN_CHARACTERS:
        raise InvalidToken
    ends, claims = _verified(text, settings.SECRET_KEY)
    if ends <= now.timestamp():
        raise TokenExpired
    return claims


@lru_cache(maxsize=MAX_REMEMBERED)
def _verified(text: str, secret_key: str) -> tuple[int, AccessClaims]:
    """Return until when a token is good, and what it says. A device sends the same one for a quarter of an hour."""
    try:
        token = jwt.decode(text, _key(secret_key), [ALGORITHM])
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidToken from error
    if token.header.get("typ") != "at+jwt":
        raise InvalidToken
    return _checked(token.claims)


def _checked(claims: dict[str, Any]) -> tuple[int, AccessClaims]:
    ends, subject, bound = claims.get("exp"), claims.get("sub"), claims.get("cnf")
    if not isinstance(ends, int):
        raise InvalidClaims
    if not (isinstance(subject, str) and subject.startswith(SUBJECT_PREFIX) and isinstance(bound, dict)):
        raise InvalidClaims
    facts: tuple[Any, ...] = (claims.get("fingerprint"), claims.get("token_version"), bound.get("jkt"))
    if not all(isinstance(fact, kind) for fact, kind in zip(facts, (str, int, str), strict=True)):
        raise InvalidClaims
    return ends, AccessClaims(subject.removeprefix(SUBJECT_PREFIX), *facts)


@lru_cache(maxsize=1)
def _key(secret_key: str) -> OKPKey:
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret_key.encode())
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return OKPKey.import_key(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
