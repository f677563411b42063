"""The pinned Ed25519 keys of the official source: `ssh-ed25519 AAAA…` as ssh writes them, `RW…` as minisign does."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assemblies.errors import SourceUnreadable

SSH_KIND = b"ssh-ed25519"
MINISIGN_KIND = b"Ed"
KEY_BYTES = 32
KEY_ID_BYTES = 8


@dataclass(frozen=True)
class SigningKey:
    """`key_id` is minisign's number of the key; ssh's have none."""

    public_bytes: bytes
    key_id: bytes = b""

    @property
    def is_minisign(self) -> bool:
        return bool(self.key_id)

    def signed(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public_bytes).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def read_signing_keys(texts: Iterable[str]) -> tuple[SigningKey, ...]:
    """Return the keys a setting names. Raises SourceUnreadable: a key that cannot be read must not unpin the others."""
    return tuple(_read(text, number) for number, text in enumerate(texts, 1))


def _read(text: str, number: int) -> SigningKey:
    words = text.split()
    try:
        if words[0].encode() == SSH_KIND:
            kind, public_bytes = split_strings(base64.b64decode(words[1], validate=True), 2)
            key = SigningKey(public_bytes)
            known = kind == SSH_KIND
        else:
            raw = base64.b64decode(words[0], validate=True)
            kind, key = raw[:2], SigningKey(raw[2 + KEY_ID_BYTES :], raw[2 : 2 + KEY_ID_BYTES])
            known = kind == MINISIGN_KIND and len(words) == 1
    except (IndexError, ValueError):
        known, key = False, SigningKey(b"")
    if not known or len(key.public_bytes) != KEY_BYTES:
        raise SourceUnreadable(
            f"Signing key number {number} of the official source is not an Ed25519 key: use `ssh-ed25519 AAAA…` or a "
            "minisign public key, separated by commas. Nothing is read until it is one."
        )
    return key


def split_strings(blob: bytes, count: int) -> list[bytes]:
    """Return exactly `count` of ssh's length-prefixed strings. Raises ValueError when `blob` is anything else."""
    strings = []
    for _ in range(count):
        size = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + size or len(blob) < 4:
            raise ValueError("a string is cut off")
        strings.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    if blob:
        raise ValueError("there is more than was announced")
    return strings
