"""Compare files with a checksum manifest as written by sha256sum and its relatives.

Needs only the standard library (Python 3.8 or newer) and changes nothing. Names in the manifest are relative to a
base directory and may not lead out of it.
Exit: 0 everything matches, 1 a file differs, is missing or is not listed, 2 bad input.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from collections.abc import Iterator
from typing import NoReturn

DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
ENTRY = re.compile(r"([0-9a-fA-F]+) [ *](.+)")
CHUNK_BYTES = 1024 * 1024


def bad_input(message: str) -> NoReturn:
    print(f"bad input: {message}", file=sys.stderr)
    sys.exit(2)


def truth(name: str, text: str) -> bool:
    if text.lower() in ("true", "1", "yes"):
        return True
    if text.lower() in ("false", "0", "no"):
        return False
    bad_input(f"{name} must be true or false")


def leads_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or (len(parts[0]) > 1 and parts[0][1] == ":")


def read_manifest(path: str, algorithm: str) -> dict[str, str]:
    """Return the expected digest of each relative name; a line that is not understood stops the check."""
    try:
        with open(path, encoding="utf-8-sig") as manifest:
            lines = manifest.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        bad_input(f"MANIFEST_PATH cannot be read: {error}")
    expected: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        entry = ENTRY.fullmatch(line)
        if entry is None or len(entry.group(1)) != DIGEST_LENGTHS[algorithm]:
            bad_input(f"manifest line {number} is not a {algorithm} digest, two spaces and a name")
        name = os.path.normpath(entry.group(2).replace("/", os.sep))
        if leads_outside(entry.group(2)):
            bad_input(f"manifest line {number} leads out of the base directory")
        if expected.setdefault(name, entry.group(1).lower()) != entry.group(1).lower():
            bad_input(f"manifest line {number} contradicts an earlier line about {name}")
    if not expected:
        bad_input("the manifest names no file")
    return expected


def digest_of(path: str, algorithm: str) -> str:
    digest = hashlib.new(algorithm)
    with open(path, "rb") as stream:
        for chunk in iter(lambda: stream.read(CHUNK_BYTES), b""):
            digest.update(chunk)
    return digest.hexdigest()


def state_of(base: str, name: str, expected: str, algorithm: str) -> str:
    path = os.path.join(base, name)
    try:
        # A link inside the tree may still point out of it.
        if os.path.commonpath([base, os.path.realpath(path)]) != base:
            return "OUTSIDE"
        # Opening a named pipe would wait for ever.
        if not stat.S_ISREG(os.stat(path).st_mode):
            return "NOT A FILE"
        return "ok" if digest_of(path, algorithm) == expected else "DIFFERS"
    except FileNotFoundError:
        return "MISSING"
    except (OSError, ValueError) as error:
        return f"UNREADABLE ({error})"


def files_below(base: str) -> Iterator[str]:
    for directory, _, names in os.walk(base):
        for name in names:
            yield os.path.relpath(os.path.join(directory, name), base)


def main() -> int:
    manifest_path = os.environ.get("MANIFEST_PATH", "")
    if not manifest_path:
        bad_input("MANIFEST_PATH is required")
    algorithm = os.environ.get("DIGEST_ALGORITHM") or "sha256"
    if algorithm not in DIGEST_LENGTHS:
        bad_input("DIGEST_ALGORITHM must be " + ", ".join(DIGEST_LENGTHS))
    report_unlisted = truth("REPORT_UNLISTED_FILES", os.environ.get("REPORT_UNLISTED_FILES") or "false")
    expected = read_manifest(manifest_path, algorithm)
    base = os.path.realpath(os.environ.get("BASE_DIRECTORY") or os.path.dirname(os.path.abspath(manifest_path)))
    if not os.path.isdir(base):
        bad_input(f"BASE_DIRECTORY is not a directory: {base}")

    problems = 0
    for name in sorted(expected):
        state = state_of(base, name, expected[name], algorithm)
        if state != "ok":
            problems += 1
            print(f"{state}  {name!r}")
    if report_unlisted:
        own = os.path.relpath(os.path.realpath(manifest_path), base)
        for name in sorted(set(files_below(base)) - set(expected) - {own}):
            problems += 1
            print(f"UNLISTED  {name!r}")
    print(f"Files listed: {len(expected)}, problems: {problems}, algorithm: {algorithm}, base: {base!r}.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
