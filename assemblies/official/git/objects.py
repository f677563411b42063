"""What git keeps: commits, tags, trees and blobs, read from one bare repository and nowhere else."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Timer
from typing import IO

from assemblies.errors import SourceUnreadable
from assemblies.official.git.program import GitFailed, GitProgram, end

LINK = "120000"
SUBMODULE = "160000"
MAX_OBJECT_NAME_BYTES = 256
MAX_FACTS_BYTES = 1024 * 1024
STOPPED = "git stopped reading objects"

_COMMITTER = re.compile(rb"^committer [^\n]*> (-?\d{1,12}) [+-]\d{4}$", re.MULTILINE)
_TARGET = re.compile(rb"object ([0-9a-f]{40})\ntype commit\ntag ([^\n]+)\n")


@dataclass(frozen=True, kw_only=True)
class Commit:
    """`raw` is the commit as git hashes it; `tag` the annotated tag that led to it, as git hashes that."""

    id: str
    committed_at: datetime
    raw: bytes
    tag: bytes = b""
    tag_name: str = ""


@dataclass(frozen=True, kw_only=True)
class TreeEntry:
    """One file, link or submodule of a tree; a submodule has no size."""

    mode: str
    object_id: str
    size_bytes: int
    path: str


class ObjectReader:
    """An open `cat-file --batch`; one question, one answer."""

    def __init__(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        self.questions = questions
        self.answers = answers

    def read(self, name: str, *, max_bytes: int) -> tuple[str, str, bytes]:
        """Return id, type and content of the object `name`, an id or a ref of ours. Raises GitFailed."""
        try:
            self.questions.write(f"{name}\n".encode())
            self.questions.flush()
            header = self.answers.readline(MAX_OBJECT_NAME_BYTES).decode().split()
        except OSError as error:
            raise GitFailed(STOPPED) from error
        if not header:
            raise GitFailed(STOPPED)
        if len(header) != 3:
            raise GitFailed("an object is missing")
        object_id, object_type, size = header[0], header[1], int(header[2])
        if size > max_bytes:
            raise GitFailed("an object is larger than the limit")
        content = self.answers.read(size + 1)
        if len(content) != size + 1:
            raise GitFailed(STOPPED)
        return object_id, object_type, content[:-1]


@contextmanager
def object_reader(program: GitProgram, *, seconds: float) -> Iterator[ObjectReader]:
    """Read objects for at most `seconds`."""
    arguments = ("cat-file", "--batch")
    with program.started(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101  # both were requested
        # Killed, it answers no more, and the reading that waits for it fails.
        timer = Timer(seconds, end, [process])
        timer.daemon = True
        timer.start()
        try:
            yield ObjectReader(process.stdin, process.stdout)
        finally:
            timer.cancel()
            process.stdout.close()
            _close(process.stdin)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        """What was still to be asked, the ended program need not know."""


def read_commit(reader: ObjectReader, name: str) -> Commit:
    """Return the commit that `name`, an id or a ref of ours, is or tags. Raises GitFailed, SourceUnreadable."""
    object_id, object_type, raw = reader.read(name, max_bytes=MAX_FACTS_BYTES)
    tag, tag_name = b"", ""
    if object_type == "tag":
        target = _TARGET.match(raw)
        if target is None:
            raise SourceUnreadable("The official ref is a tag of something else than a commit.")
        tag, tag_name = raw, target[2].decode("utf-8", "replace")
        object_id, object_type, raw = reader.read(target[1].decode(), max_bytes=MAX_FACTS_BYTES)
    if object_type != "commit":
        raise SourceUnreadable("The official ref is no commit.")
    return Commit(id=object_id, committed_at=_committed_at(raw), raw=raw, tag=tag, tag_name=tag_name)


def _committed_at(raw: bytes) -> datetime:
    headers = raw.partition(b"\n\n")[0]
    times = _COMMITTER.findall(headers)
    try:
        return datetime.fromtimestamp(int(times[-1]), UTC)
    except (IndexError, ValueError, OverflowError, OSError) as error:
        raise SourceUnreadable("The official commit has no time that can be read.") from error


def read_tree_entries(program: GitProgram, commit_id: str, *, seconds: float, max_bytes: int) -> list[TreeEntry]:
    """Return every entry of a commit's tree, at any depth. Raises GitFailed."""
    listing = program.run(
        "ls-tree", "-r", "-z", "-l", "--full-tree", "--end-of-options", commit_id,
        seconds=seconds, max_output_bytes=max_bytes,
    )  # fmt: skip
    return [_entry(line) for line in listing.split(b"\0") if line]


def _entry(line: bytes) -> TreeEntry:
    facts, _tab, path = line.partition(b"\t")
    mode, _type, object_id, size = facts.decode().split()
    return TreeEntry(
        mode=mode,
        object_id=object_id,
        size_bytes=int(size) if size.isdigit() else 0,
        path=path.decode("utf-8", "surrogateescape"),
    )
