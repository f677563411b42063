"""The device's own key, and the server's keys it trusts."""

import base64
import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from assemblies.agent.errors import AgentError
from assemblies.agent.state import State
from assemblies.durable_files import replace_file

KEY = "device.key"


class DeviceKey:
    """What this device proves itself by. The private half never leaves its file."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        public = private.public_key()
        self.raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key's SubjectPublicKeyInfo, in hexadecimal: what two people compare."""
        return hashlib.sha256(self.spki).hexdigest()

    def sign(self, content: bytes) -> bytes:
        return self._private.sign(content)

    def pem(self) -> bytes:
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def device_key(state: State) -> DeviceKey:
    """Return the key of this device; it is made on first use. Raises AgentError."""
    path = state.path(KEY)
    if not path.exists():
        replace_file(path, DeviceKey(Ed25519PrivateKey.generate()).pem())
    return DeviceKey(_read(path))


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise AgentError(f"{path} is no key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise AgentError(f"{path} is no Ed25519 key.")
    return key


def is_signed(content: bytes, signature: bytes, keys: list[str]) -> bool:
    """Say whether one of `keys` (base64 of SubjectPublicKeyInfo) signed these bytes."""
    return any(_verifies(key, content, signature) for key in keys)


def _verifies(key: str, content: bytes, signature: bytes) -> bool:
    try:
        public = load_der_public_key(base64.b64decode(key, validate=True))
        if not isinstance(public, Ed25519PublicKey):
            return False
        public.verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
