"""The agent as one file: a zip that Python runs, the same bytes for the same sources, signed by the server's key."""

import base64
import hashlib
import io
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assemblies.fleet.signing import sign

NAME = "borealis-agent.pyz"
ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("assemblies/agent", "assemblies/supervision")
FILES = ("assemblies/__init__.py", "assemblies/durable_files.py")
MAIN = b"import sys\n\nfrom assemblies.agent.commands import main\n\nsys.exit(main())\n"
# A zip keeps a time for each file; a fixed one lets anybody build the same bytes and compare.
BUILT_AT = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class AgentFile:
    """The file, its SHA-256 in hexadecimal, and the signature of its bytes in base64."""

    content: bytes
    sha256: str
    signature: str


def build_agent() -> AgentFile:
    """Raises SigningKeyUnreadable."""
    content = packed()
    return AgentFile(content, hashlib.sha256(content).hexdigest(), base64.b64encode(sign(content)).decode())


@cache
def packed() -> bytes:
    """Return the file's bytes: the sources do not change while a process runs."""
    file = io.BytesIO(b"#!/usr/bin/env python3\n")
    file.seek(0, io.SEEK_END)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "__main__.py", MAIN)
        for path in _sources():
            _add(archive, path.relative_to(ROOT).as_posix(), path.read_bytes())
    return file.getvalue()


def _sources() -> list[Path]:
    rooms = [path for folder in FOLDERS for path in (ROOT / folder).glob("*.py")]
    return sorted([*rooms, *(ROOT / name for name in FILES)])


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, BUILT_AT)
    member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    archive.writestr(member, content)
