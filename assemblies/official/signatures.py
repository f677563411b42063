"""Signatures verified by ourselves, from the bytes that were signed: ssh signatures as git makes them, and minisign.

Each function says yes or no; whatever cannot be read is no signature. No program, agent or key ring is asked.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence

from assemblies.official.signing_keys import KEY_ID_BYTES, SSH_KIND, SigningKey, split_strings

MAGIC = b"SSHSIG"
VERSION = (1).to_bytes(4, "big")
NAMESPACE = b"git"
HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
BEGIN = b"-----BEGIN SSH SIGNATURE-----"
END = b"-----END SSH SIGNATURE-----"
SIGNATURE_BYTES = 64

_UNTRUSTED = "untrusted comment: "
_TRUSTED = "trusted comment: "


def is_ssh_signature(armor: bytes, message: bytes, keys: Iterable[SigningKey]) -> bool:
    """Say whether `armor` is one of `keys`' signature of `message` in the namespace `git`."""
    try:
        blob = _unarmored(armor)
        if not blob.startswith(MAGIC + VERSION):
            return False
        public_key, namespace, reserved, algorithm, signature = split_strings(blob[len(MAGIC + VERSION) :], 5)
        key_kind, public_bytes = split_strings(public_key, 2)
        kind, signature_bytes = split_strings(signature, 2)
    except ValueError:
        return False
    if (key_kind, kind, namespace) != (SSH_KIND, SSH_KIND, NAMESPACE) or algorithm not in HASHES:
        return False
    digest = HASHES[algorithm](message).digest()
    signed = MAGIC + b"".join(ssh_string(part) for part in (namespace, reserved, algorithm, digest))
    named = [key for key in keys if not key.is_minisign and key.public_bytes == public_bytes]
    return any(key.signed(signed, signature_bytes) for key in named)


def is_minisign_signature(text: bytes, message: bytes, keys: Iterable[SigningKey]) -> bool:
    """Say whether `text`, the content of a `.minisig` file, is one of `keys`' signature of `message`."""
    try:
        signature, trusted_comment, global_signature = _minisign_parts(text.decode().rstrip("\n").split("\n"))
    except ValueError:
        return False
    kind, key_id, signature_bytes = signature[:2], signature[2 : 2 + KEY_ID_BYTES], signature[2 + KEY_ID_BYTES :]
    if kind == b"ED":
        message = hashlib.blake2b(message).digest()
    elif kind != b"Ed":
        return False
    return any(
        key.signed(message, signature_bytes) and key.signed(signature_bytes + trusted_comment, global_signature)
        for key in keys
        if key.key_id == key_id
    )


def ssh_string(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _minisign_parts(lines: Sequence[str]) -> tuple[bytes, bytes, bytes]:
    if len(lines) != 4 or not lines[0].startswith(_UNTRUSTED) or not lines[2].startswith(_TRUSTED):
        raise ValueError("not a minisign signature")
    signature, global_signature = (base64.b64decode(line, validate=True) for line in (lines[1], lines[3]))
    if len(signature) != 2 + KEY_ID_BYTES + SIGNATURE_BYTES or len(global_signature) != SIGNATURE_BYTES:
        raise ValueError("not a minisign signature")
    return signature, lines[2].removeprefix(_TRUSTED).encode(), global_signature


def _unarmored(armor: bytes) -> bytes:
    lines = armor.strip().splitlines()
    if len(lines) < 3 or lines[0] != BEGIN or lines[-1] != END:
        raise ValueError("not an ssh signature")
    return base64.b64decode(b"".join(lines[1:-1]), validate=True)
