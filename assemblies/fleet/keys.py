"""Public keys of devices, and the other bytes that agents send as base64. Pure."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from joserfc.jwk import OKPKey

SIGNATURE_BYTES = 64
RAW_BYTES = 32
MAX_KEY_BYTES = 128


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key. `der` is its SubjectPublicKeyInfo."""

    der: bytes

    @classmethod
    def find(cls, der: bytes) -> "PublicKey | None":
        """Return the key that `der` is, or None where it is none, one of another kind, or spelled another way."""
        try:
            key = load_der_public_key(der)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            return None
        if not isinstance(key, Ed25519PublicKey):
            return None
        # One key, one fingerprint: another encoding of it would have one that nobody compared.
        return cls(der) if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == der else None

    @classmethod
    def of_text(cls, text: str) -> "PublicKey":
        """Return the key of a text that was stored."""
        return cls(base64.b64decode(text))

    @property
    def text(self) -> str:
        return base64.b64encode(self.der).decode()

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the SubjectPublicKeyInfo, 64 hexadecimal digits."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def jkt(self) -> str:
        """The RFC 7638 thumbprint, by which tokens are bound to the key."""
        return OKPKey.import_key(self.der).thumbprint()

    def verifies(self, signature: bytes, content: bytes) -> bool:
        # The key's own bytes end its SubjectPublicKeyInfo.
        key = Ed25519PublicKey.from_public_bytes(self.der[-RAW_BYTES:])
        try:
            key.verify(signature, content)
        except InvalidSignature:
            return False
        return True


def find_bytes(value: object, *, maximum: int) -> bytes | None:
    """Return the bytes of a standard base64 text with padding, or None where it is none or says more than `maximum`."""
    if not isinstance(value, str) or len(value) > 4 * (maximum // 3 + 1):
        return None
    try:
        content = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return content if len(content) <= maximum and base64.b64encode(content).decode() == value else None
