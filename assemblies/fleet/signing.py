"""The key that signs what devices are to run. One for all nodes, in a file, never in a database or a mirror.

Devices keep its public half from their enrolment on: with another key nothing that is signed is run.
"""

import base64
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

from assemblies.durable_files import fsync_folder, make_folder, write_new
from assemblies.fleet.errors import SigningKeyUnreadable


def sign(content: bytes) -> bytes:
    """Return the 64 bytes of the Ed25519 signature of `content`. Raises SigningKeyUnreadable."""
    return _private_key(settings.SIGNING_KEY_FILE).sign(content)


def public_key() -> str:
    """Return the public half as base64 of its SubjectPublicKeyInfo. Raises SigningKeyUnreadable."""
    public = _private_key(settings.SIGNING_KEY_FILE).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@lru_cache(maxsize=2)
def _private_key(path: Path) -> Ed25519PrivateKey:
    """Return the key kept in `path`; it is made there on first use, and processes that start at once agree on one."""
    try:
        if not path.exists():
            _make_key(path)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SigningKeyUnreadable from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyUnreadable
    return key


def _make_key(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    make_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    # Durable before it has its name: devices must never be told a key that a power cut takes back.
    write_new(fresh, [pem])
    try:
        # A link, unlike a rename, fails where another process was first: everyone then reads that one's key.
        path.hardlink_to(fresh)
        fsync_folder(path.parent)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
