"""DPoP proofs (RFC 9449): each request is signed by the device's key, so that a stolen token alone opens nothing."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from assemblies.agent.keys import DeviceKey


def make_proof(key: DeviceKey, *, method: str, url: str, issued_at: int, access_token: str = "") -> str:
    """Return a proof for one request. `url` is without a query, `issued_at` in seconds since 1970."""
    header = {
        "typ": "dpop+jwt",
        "alg": "EdDSA",
        "jwk": {"kty": "OKP", "crv": "Ed25519", "x": _encode(key.raw)},
    }
    claims: dict[str, Any] = {"jti": secrets.token_urlsafe(18), "htm": method, "htu": url, "iat": issued_at}
    if access_token:
        claims["ath"] = _encode(hashlib.sha256(access_token.encode()).digest())
    signed = f"{_encode_json(header)}.{_encode_json(claims)}"
    return f"{signed}.{_encode(key.sign(signed.encode()))}"


def _encode_json(facts: Mapping[str, Any]) -> str:
    return _encode(json.dumps(facts, separators=(",", ":")).encode())


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
