"""A signature is of one message and one key, as ssh and minisign write both."""

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from pytest_django import Settings

from assemblies.errors import SourceUnreadable
from assemblies.official.open_source import open_source
from assemblies.official.signatures import is_minisign_signature, is_ssh_signature
from assemblies.official.signing_keys import read_signing_keys, split_strings
from tests.official.git.git_repository import Signer

needs_ssh_keygen = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed here")
SIGNER = Signer(1)
ANOTHER = Signer(2)
# Made by minisign itself, of a file that holds "test".
MINISIGN_KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
MADE_BY_MINISIGN = b"""untrusted comment: signature from minisign secret key
RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDOocrCo8KLzZwo=
trusted comment: timestamp:1633700835\tfile:test\tprehashed
wLMDjy9FLAuxZ3q4NlEvkgtyhrr0gtTu6KC4KBJdITbbOeAi1zBIYo0v4iTgt8jJpIidRJnp94ABQkJAgAooBQ==
"""


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_an_ssh_signature_is_of_one_message_key_and_namespace(algorithm: str) -> None:
    good = SIGNER.ssh_signature(b"message", algorithm=algorithm)

    assert is_ssh_signature(good, b"message", SIGNER.keys())
    assert not is_ssh_signature(good, b"massage", SIGNER.keys())
    assert not is_ssh_signature(good, b"message", ANOTHER.keys())
    assert not is_ssh_signature(good, b"message", ())
    elsewhere = SIGNER.ssh_signature(b"message", algorithm=algorithm, namespace=b"file")
    assert not is_ssh_signature(elsewhere, b"message", SIGNER.keys())


def test_a_weak_hash_is_no_signature() -> None:
    assert not is_ssh_signature(SIGNER.ssh_signature(b"message", algorithm="sha1"), b"message", SIGNER.keys())


def test_every_single_changed_byte_of_an_ssh_signature_is_found() -> None:
    armor = SIGNER.ssh_signature(b"message")
    first, *lines, last = armor.strip().split(b"\n")
    blob = base64.b64decode(b"".join(lines))
    for position in range(len(blob)):
        changed = blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]
        text = b"\n".join([first, base64.b64encode(changed), last])
        assert not is_ssh_signature(text, b"message", SIGNER.keys()), position
    for size in range(0, len(blob), 7):
        cut = b"\n".join([first, base64.b64encode(blob[:size]), last])
        assert not is_ssh_signature(cut, b"message", SIGNER.keys()), size
    assert not is_ssh_signature(b"", b"message", SIGNER.keys())
    assert not is_ssh_signature(armor.replace(b"U1NI", b"U1N*"), b"message", SIGNER.keys())


def test_a_minisign_signature_is_of_one_message_key_and_comment() -> None:
    good = SIGNER.minisign(b"message")
    lines = good.decode().split("\n")

    assert is_minisign_signature(good, b"message", SIGNER.keys())
    assert not is_minisign_signature(good, b"massage", SIGNER.keys())
    assert not is_minisign_signature(good, b"message", ANOTHER.keys())
    for wrong in (
        good.replace(b"timestamp:1", b"timestamp:2"),
        good.replace(b"untrusted comment: ", b"comment: "),
        good + b"more\n",
        "\n".join([*lines[:3], lines[3][:-8]]).encode(),
        "\n".join([lines[0], base64.b64encode(b"XX" + base64.b64decode(lines[1])[2:]).decode(), *lines[2:]]).encode(),
        "\n".join([lines[0], "*", *lines[2:]]).encode(),
        b"\xff",
        b"",
    ):
        assert not is_minisign_signature(wrong, b"message", SIGNER.keys()), wrong


def test_what_minisign_signs_is_taken() -> None:
    keys = read_signing_keys([MINISIGN_KEY])

    assert is_minisign_signature(MADE_BY_MINISIGN, b"test", keys)
    assert not is_minisign_signature(MADE_BY_MINISIGN, b"Test", keys)


@needs_ssh_keygen
def test_ssh_keygen_takes_our_test_signatures(tmp_path: Path) -> None:
    (tmp_path / "allowed").write_text(f"vera {SIGNER.ssh_public}\n")
    (tmp_path / "signature").write_bytes(SIGNER.ssh_signature(b"message"))
    verify = ["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "vera", "-n", "git", "-s", "signature"]

    def verdict(message: bytes) -> int:
        environment = {"PATH": os.environ["PATH"]}
        return subprocess.run(
            verify, cwd=tmp_path, input=message, capture_output=True, check=False, env=environment
        ).returncode

    assert verdict(b"message") == 0
    assert verdict(b"massage") != 0


def test_keys_are_read_as_ssh_and_minisign_write_them() -> None:
    ssh_key, minisign_key, known = read_signing_keys(
        [f"{SIGNER.ssh_public} vera@example.org", SIGNER.minisign_public, MINISIGN_KEY]
    )

    assert ssh_key.public_bytes == minisign_key.public_bytes == SIGNER.public_bytes
    assert not ssh_key.is_minisign and minisign_key.key_id == SIGNER.key_id
    assert known.is_minisign and len(known.public_bytes) == 32


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 ****",
        "ssh-rsa " + SIGNER.ssh_public.split()[1],
        "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x07ssh-rsa\0\0\0\x20" + b"k" * 32).decode(),
        "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x1f" + b"k" * 31).decode(),
        SIGNER.minisign_public[:-4],
        SIGNER.minisign_public + " comment",
        "RWRÄ",
    ],
)
def test_a_key_that_cannot_be_read_stops_everything(text: str, settings: Settings, tmp_path: Path) -> None:
    settings.OFFICIAL_SIGNING_KEYS = [SIGNER.ssh_public, text]

    with pytest.raises(SourceUnreadable, match="number 2"):
        open_source(str(tmp_path))


def test_strings_of_ssh_are_read_whole_or_not_at_all() -> None:
    assert split_strings(b"\0\0\0\1a\0\0\0\0", 2) == [b"a", b""]
    for wrong in (b"", b"\0\0\0", b"\0\0\0\2a", b"\0\0\0\1a\0\0\0\0x"):
        with pytest.raises(ValueError, match="is"):
            split_strings(wrong, 2)
