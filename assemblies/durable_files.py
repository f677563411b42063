"""Files that outlast a power cut: private to their owner, and fsynced before anything is said of them."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
CHUNK_BYTES = 1024 * 1024


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each its owner's alone; those that exist stay as they are."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(PRIVATE_FOLDER, exist_ok=True)


def write_new(path: Path, chunks: Iterable[bytes]) -> str:
    """Write a file that did not exist and return its SHA-256; nothing is left when it fails."""
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            # The caller says that the file is there: a power cut must not turn it into an empty one.
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise
    return digest.hexdigest()


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: what had its name is there until the new one is durable."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    write_new(fresh, [content])
    try:
        fresh.replace(path)
    except BaseException:
        fresh.unlink()
        raise
    fsync_folder(path.parent)


def read_chunks(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fsync_file(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows can neither open nor fsync a folder."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_folders(top: Path) -> None:
    """Make the names in a folder and in those under it durable, the innermost first."""
    for folder, _folders, _files in os.walk(top, topdown=False):
        fsync_folder(Path(folder))
