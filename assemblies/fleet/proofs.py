"""DPoP proofs (RFC 9449): that who sends a request holds the key that its token is bound to."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry, extract_compact, validate_compact

from assemblies.fleet.errors import DpopInvalid, DpopReplayed, DpopRequired
from assemblies.fleet.models import UsedProof

TYPE = "dpop+jwt"
CLOCK_TOLERANCE = timedelta(seconds=300)
MAX_PROOF_CHARACTERS = 4096
MAX_JTI_CHARACTERS = 128
# One proof in 16 sweeps those that time alone would refuse by now.
SWEEPING = "0"
PUBLIC_JWK = {"kty", "crv", "x"}
STANDARD_PORTS = {"http": 80, "https": 443}


class ProofRegistry(JWSRegistry):
    """Ed25519 alone, under its own name and under the older name that some libraries still write."""

    algorithms = dict.fromkeys(("Ed25519", "EdDSA"), JWSRegistry.algorithms["Ed25519"])


REGISTRY = ProofRegistry(algorithms=["Ed25519", "EdDSA"])


@dataclass(frozen=True)
class Proof:
    """A proof that verified: the thumbprint of its key, and what makes it a single one."""

    jkt: str
    jti: str
    issued_at: datetime


def read_proof(text: str, *, method: str, path: str, now: datetime, access_token: str = "") -> Proof:
    """Return the proof of a request to `path`, with an access token where one is presented.

    Raises DpopRequired where there is none, DpopInvalid with `server_time`.
    """
    if not text:
        raise DpopRequired
    try:
        return _checked(text, method, path, access_token, now)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DpopInvalid(server_time=now.isoformat()) from error


def use_proof(proof: Proof, *, now: datetime) -> None:
    """Accept a proof once, within the current transaction, which ends where it was used before. Raises DpopReplayed."""
    digest = hashlib.sha256(f"{proof.jkt}:{proof.jti}".encode()).hexdigest()
    try:
        UsedProof(digest=digest, ends_at=proof.issued_at + CLOCK_TOLERANCE).save(force_insert=True)
    except IntegrityError as error:
        raise DpopReplayed from error
    if digest.startswith(SWEEPING):
        UsedProof.objects.filter(ends_at__lt=now - CLOCK_TOLERANCE).delete()


def access_token_hash(access_token: str) -> str:
    """Return the `ath` of an access token."""
    return base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()).rstrip(b"=").decode()


def _checked(text: str, method: str, path: str, access_token: str, now: datetime) -> Proof:
    """Return a proof. Raises ValueError and what reading a text that is none raises."""
    _require(len(text) <= MAX_PROOF_CHARACTERS)
    proof = extract_compact(text.encode("ascii"), registry=REGISTRY)
    header, claims = proof.headers(), json.loads(proof.payload)
    _require(header["typ"] == TYPE)
    jwk: Any = header["jwk"]
    # A private key in a header is one that is private no more; another kind of key would choose its own algorithm.
    _require(isinstance(jwk, dict) and jwk.keys() == PUBLIC_JWK and jwk["crv"] == "Ed25519")
    key = OKPKey.import_key(jwk)
    _require(validate_compact(proof, key, registry=REGISTRY))
    return Proof(key.thumbprint(), *_checked_claims(claims, method, path, access_token, now))


def _checked_claims(
    claims: Mapping[str, Any], method: str, path: str, access_token: str, now: datetime
) -> tuple[str, datetime]:
    jti, issued = claims["jti"], claims["iat"]
    _require(isinstance(jti, str) and 0 < len(jti) <= MAX_JTI_CHARACTERS)
    _require(claims["htm"] == method)
    _require(_normalised(claims["htu"]) in {_normalised(origin + path) for origin in settings.DEVICE_ORIGINS})
    _require(isinstance(issued, int | float) and not isinstance(issued, bool))
    _require(abs(issued - now.timestamp()) <= CLOCK_TOLERANCE.total_seconds())
    _require(claims.get("ath") == (access_token_hash(access_token) if access_token else None))
    return jti, datetime.fromtimestamp(issued, UTC)


def _normalised(address: str) -> tuple[str, str, int | None, str]:
    """Return what of an address counts: neither query nor fragment, and a standard port is none."""
    parts = urlsplit(address)
    port = None if parts.port == STANDARD_PORTS.get(parts.scheme) else parts.port
    return parts.scheme, parts.hostname or "", port, parts.path or "/"


def _require(condition: object) -> None:
    if not condition:
        raise ValueError("The proof is for something else.")
