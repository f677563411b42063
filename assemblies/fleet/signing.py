"""The key that signs what devices are to run. One for all nodes, in a file, never in a database or a mirror.

Devices keep its public half from their enrolment on: with another key nothing that is signed is run, unless the key
they know vouches for it. The statements by which older keys did are in the same file, after the key: both are replaced
at once or not at all, since a new key without its statement would be one that no device believes.
"""

import base64
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
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
from filelock import FileLock

from assemblies.agent.pinned_keys import PURPOSE
from assemblies.durable_files import PRIVATE_FILE, fsync_folder, make_folder, replace_file, write_new
from assemblies.fleet.errors import SigningKeyChanged, SigningKeyUnreadable

STATEMENT = re.compile(rb"^statement (\S+) (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class SigningKey:
    """A key, and the statements that lead to it, oldest first: each of base64 JSON and the signature of that."""

    private: Ed25519PrivateKey
    statements: tuple[tuple[str, str], ...] = ()

    @property
    def public(self) -> str:
        return public_half(self.private)

    def content(self) -> bytes:
        pem = self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return pem + "".join(f"statement {said} {signature}\n" for said, signature in self.statements).encode()

    def successor(self, fresh: Ed25519PrivateKey, retire_after: datetime) -> "SigningKey":
        """Return the next key, for which this one vouches; those before it count until `retire_after`."""
        facts = {"purpose": PURPOSE, "key": public_half(fresh), "retire_after": retire_after.timestamp()}
        said = json.dumps(facts, sort_keys=True).encode()
        statement = _text(said), _text(self.private.sign(said))
        return SigningKey(fresh, (*self.statements, statement))


def sign(content: bytes) -> bytes:
    """Return the 64 bytes of the Ed25519 signature of `content`. Raises SigningKeyUnreadable."""
    return _current().private.sign(content)


def public_key() -> str:
    """Return the public half as base64 of its SubjectPublicKeyInfo. Raises SigningKeyUnreadable."""
    return _current().public


def signed_statements() -> list[dict[str, str]]:
    """Return what agents are told about new keys, oldest first. Raises SigningKeyUnreadable."""
    return [{"statement": said, "signature": signature} for said, signature in _current().statements]


def replace_key(fresh: Ed25519PrivateKey, *, expected: str, retire_after: datetime) -> None:
    """Let another key sign from now on. Raises SigningKeyChanged where the key is not `expected`, SigningKeyUnreadable.

    Processes that run read the new file with their next signature.
    """
    path = settings.SIGNING_KEY_FILE
    with FileLock(path.with_name(f".{path.name}.lock"), mode=PRIVATE_FILE):
        kept = _current()
        if kept.public != expected:
            raise SigningKeyChanged
        replace_file(path, kept.successor(fresh, retire_after).content())


def public_half(private: Ed25519PrivateKey) -> str:
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return _text(public)


def _current() -> SigningKey:
    """Return the key of the file; it is made on first use, and processes that start at once agree on one."""
    path: Path = settings.SIGNING_KEY_FILE
    try:
        if not path.exists():
            _make_key(path)
        state = path.stat()
        return _read(path, state.st_mtime_ns, state.st_ino)
    except (OSError, ValueError, TypeError) as error:
        raise SigningKeyUnreadable from error


@lru_cache(maxsize=2)
def _read(path: Path, _modified: int, _inode: int) -> SigningKey:
    content = path.read_bytes()
    key = load_pem_private_key(content, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("This is a key of another kind.")
    return SigningKey(key, tuple((said.decode(), by.decode()) for said, by in STATEMENT.findall(content)))


def _make_key(path: Path) -> None:
    make_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    # Durable before it has its name: devices must never be told a key that a power cut takes back.
    write_new(fresh, [SigningKey(Ed25519PrivateKey.generate()).content()])
    try:
        # A link, unlike a rename, fails where another process was first: everyone then reads that one's key.
        path.hardlink_to(fresh)
        fsync_folder(path.parent)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
