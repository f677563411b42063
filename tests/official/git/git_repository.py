"""Real git repositories for tests, and signatures made by our own hand."""

import base64
import hashlib
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from assemblies.official.git.address import find_git_address
from assemblies.official.git.mirror import GitLimits
from assemblies.official.git.objects import SUBMODULE
from assemblies.official.git.ref import read_ref
from assemblies.official.git.source import GitSource
from assemblies.official.signatures import MAGIC, VERSION, ssh_string
from assemblies.official.signing_keys import SigningKey, read_signing_keys

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed here")
MADE_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUIET = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "Vera",
    "GIT_AUTHOR_EMAIL": "vera@example.org",
    "GIT_COMMITTER_NAME": "Vera",
    "GIT_COMMITTER_EMAIL": "vera@example.org",
}


class Repository:
    """A repository with a work tree, or a bare one."""

    def __init__(self, folder: Path, *, bare: bool = False) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main", *(["--bare"] if bare else []))

    def git(self, *arguments: str, stdin: bytes = b"", at: datetime = MADE_AT) -> str:
        date = f"{int(at.timestamp())} +0000"
        ended = subprocess.run(
            ["git", "-c", "gc.auto=0", *arguments],
            cwd=self.folder,
            env=QUIET | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date},
            input=stdin,
            capture_output=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.decode().strip()

    def commit(self, message: str = "A change", *, at: datetime = MADE_AT) -> str:
        """Commit everything in the work tree; return the commit's id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message, at=at)
        return self.git("rev-parse", "HEAD")

    def commit_entries(self, *entries: tuple[str, str, str | bytes]) -> str:
        """Commit, on `main`, exactly these (mode, path, content or object id), which need not be possible on a disk."""
        named = [(mode, path, str(value) if mode == SUBMODULE else self.blob(value)) for mode, path, value in entries]
        lines = [f"{mode} {name}\t{path}\0".encode("utf-8", "surrogateescape") for mode, path, name in named]
        self.git("read-tree", "--empty")
        self.git("update-index", "-z", "--index-info", stdin=b"".join(lines))
        return self.point_main_to(self.git("commit-tree", self.git("write-tree"), "-m", "made"))

    def blob(self, content: str | bytes) -> str:
        raw = content.encode() if isinstance(content, str) else content
        return self.git("hash-object", "-w", "--stdin", stdin=raw)

    def write_object(self, kind: str, raw: bytes) -> str:
        return self.git("hash-object", "-t", kind, "-w", "--stdin", stdin=raw)

    def read_object(self, kind: str, name: str) -> bytes:
        return self.git("cat-file", kind, name).encode() + b"\n"

    def point_main_to(self, commit: str) -> str:
        self.git("update-ref", "refs/heads/main", commit)
        return commit


def git_source(place: object, mirrors: Path, ref: str = "main", **more: Any) -> GitSource:
    address = find_git_address(str(place))
    assert address is not None
    facts: dict[str, Any] = {"max_document_bytes": 65536, "max_attachment_bytes": 131072} | more
    return GitSource(place=str(place), address=address, ref=read_ref(ref), mirrors=mirrors, **facts)


def limits(**changed: Any) -> GitLimits:
    return GitLimits(**changed)


class Signer:
    """An Ed25519 key of a publisher."""

    def __init__(self, seed: int = 1) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public_bytes = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = bytes([seed]) * 8

    @property
    def ssh_public(self) -> str:
        return f"ssh-ed25519 {base64.b64encode(self._ssh_blob()).decode()}"

    @property
    def minisign_public(self) -> str:
        return base64.b64encode(b"Ed" + self.key_id + self.public_bytes).decode()

    def keys(self) -> tuple[SigningKey, ...]:
        return read_signing_keys([self.ssh_public, self.minisign_public])

    def private_file(self) -> bytes:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())

    def ssh_signature(self, message: bytes, *, namespace: bytes = b"git", algorithm: str = "sha512") -> bytes:
        digest = hashlib.new(algorithm, message).digest()
        named = [namespace, b"", algorithm.encode()]
        signed = MAGIC + b"".join(ssh_string(part) for part in [*named, digest])
        signature = ssh_string(b"ssh-ed25519") + ssh_string(self.private.sign(signed))
        blob = MAGIC + VERSION + b"".join(ssh_string(part) for part in [self._ssh_blob(), *named, signature])
        text = base64.b64encode(blob)
        lines = [text[start : start + 70] for start in range(0, len(text), 70)]
        return b"\n".join([b"-----BEGIN SSH SIGNATURE-----", *lines, b"-----END SSH SIGNATURE-----", b""])

    def minisign(self, message: bytes, *, prehashed: bool = True, comment: str = "timestamp:1") -> bytes:
        content = hashlib.blake2b(message).digest() if prehashed else message
        signature = self.private.sign(content)
        overall = self.private.sign(signature + comment.encode())
        head = base64.b64encode((b"ED" if prehashed else b"Ed") + self.key_id + signature).decode()
        tail = base64.b64encode(overall).decode()
        return f"untrusted comment: made by a test\n{head}\ntrusted comment: {comment}\n{tail}\n".encode()

    def _ssh_blob(self) -> bytes:
        return ssh_string(b"ssh-ed25519") + ssh_string(self.public_bytes)


def signed_commit(raw: bytes, signer: Signer) -> bytes:
    """Return a commit object with the signature `git commit -S` would put into it."""
    headers, _, body = raw.partition(b"\n\n")
    armor = signer.ssh_signature(raw).rstrip(b"\n").replace(b"\n", b"\n ")
    return headers + b"\ngpgsig " + armor + b"\n\n" + body


def signed_tag(raw: bytes, signer: Signer) -> bytes:
    return raw + signer.ssh_signature(raw)
