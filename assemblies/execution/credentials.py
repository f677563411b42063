"""Credentials of live items, encrypted with a key of their own that follows from the installation's secret key."""

import base64
import json
from collections.abc import Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from assemblies.execution.errors import CredentialsUnreadable

PURPOSE = b"borealis-assemblies: credentials of work items"


def encrypt(credentials: Mapping[str, str]) -> bytes:
    """Return the ciphertext of credentials by variable name; of none, nothing."""
    return _cipher(settings.SECRET_KEY).encrypt(json.dumps(dict(credentials)).encode()) if credentials else b""


def decrypt(ciphertext: bytes) -> dict[str, str]:
    """Return credentials by variable name. Raises CredentialsUnreadable when the secret key was another one."""
    if not ciphertext:
        return {}
    try:
        credentials: dict[str, str] = json.loads(_cipher(settings.SECRET_KEY).decrypt(bytes(ciphertext)))
    except InvalidToken as error:
        raise CredentialsUnreadable from error
    return credentials


@lru_cache(maxsize=1)
def _cipher(secret_key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
