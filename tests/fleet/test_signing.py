"""The key that signs work for devices: made once, private, and nothing is signed with what is no such key."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_public_key
from pytest_django import Settings

from assemblies.fleet import signing
from assemblies.fleet.errors import SigningKeyUnreadable


def public() -> Ed25519PublicKey:
    key = load_der_public_key(base64.b64decode(signing.public_key(), validate=True))
    assert isinstance(key, Ed25519PublicKey)
    return key


def test_it_is_made_at_first_use_for_its_owner_alone(signing_key_file: Path) -> None:
    assert len(signing.sign(b"a manifest")) == 64
    assert signing_key_file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in signing_key_file.parent.iterdir()] == ["signing.key"]


def test_what_it_signs_verifies_with_its_public_half_and_nothing_else_does() -> None:
    signature = signing.sign(b"a manifest")
    public().verify(signature, b"a manifest")
    with pytest.raises(InvalidSignature):
        public().verify(signature, b"another manifest")


def test_it_is_kept() -> None:
    before = signing.public_key()
    signing._read.cache_clear()
    assert signing.public_key() == before


def test_nodes_that_start_at_once_agree_on_one(signing_key_file: Path) -> None:
    def start(_number: int) -> str:
        signing._read.cache_clear()
        return signing.public_key()

    with ThreadPoolExecutor(8) as nodes:
        assert len(set(nodes.map(start, range(8)))) == 1


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_that_is_no_key_is_reported_and_stays(signing_key_file: Path, content: bytes) -> None:
    signing_key_file.parent.mkdir()
    signing_key_file.write_bytes(content)
    with pytest.raises(SigningKeyUnreadable):
        signing.sign(b"a manifest")
    assert signing_key_file.read_bytes() == content


def test_a_key_of_another_kind_is_reported(settings: Settings, tmp_path: Path) -> None:
    settings.SIGNING_KEY_FILE = tmp_path / "curve.key"
    key = ec.generate_private_key(ec.SECP256R1())
    settings.SIGNING_KEY_FILE.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(SigningKeyUnreadable):
        signing.public_key()
