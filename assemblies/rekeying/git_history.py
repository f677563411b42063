"""What every file of a git repository was called and held, oldest change first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assemblies.errors import SourceUnreadable
from assemblies.official.git import GitFailed, GitProgram, ObjectReader, object_reader, read_ref

SECONDS = 120
MAX_LOG_BYTES = 256 * 1024**2
MAX_DOCUMENT_BYTES = 16 * 1024**2
GONE = "0" * 40

_CHANGE = re.compile(rb":\d{6} \d{6} ([0-9a-f]{40}) ([0-9a-f]{40}) ([A-Z])\d*")


@dataclass(frozen=True)
class FileChange:
    """One file in one commit. `content` is None when the file was removed; `before` is its path until then."""

    before: str
    path: str
    content: bytes | None


@dataclass(frozen=True)
class History:
    """The changes that lead to one commit."""

    commit: str
    changes: Sequence[FileChange]


def read_history(repository: Path, ref: str, *, suffix: str) -> History:
    """Return the changes of files whose names end in `suffix`, in any letter case. Raises SourceUnreadable."""
    folder = repository / ".git" if (repository / ".git").is_dir() else repository
    program = GitProgram(folder=folder.resolve())
    try:
        commit = _commit(program, ref)
        log = program.run(
            "log", "--topo-order", "--reverse", "--raw", "--no-abbrev", "-z", "-M", "--format=",
            "--end-of-options", commit, "--",
            seconds=SECONDS, max_output_bytes=MAX_LOG_BYTES,
        )  # fmt: skip
        with object_reader(program, seconds=SECONDS) as reader:
            return History(commit, list(_changes(log, reader, suffix)))
    except (GitFailed, OSError) as error:
        raise SourceUnreadable(f"The history could not be read: {error}.") from error


def _commit(program: GitProgram, ref: str) -> str:
    named = read_ref(ref)
    for name in (named.name, *named.candidates) if named.is_commit else named.candidates:
        try:
            found = program.run("rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}", seconds=SECONDS)
        except GitFailed:
            continue
        return found.decode().strip()
    raise SourceUnreadable(f"The repository has no commit called {named.name}.")


def _changes(log: bytes, reader: ObjectReader, suffix: str) -> Iterator[FileChange]:
    tokens = iter(log.split(b"\0"))
    for token in tokens:
        facts = _CHANGE.fullmatch(token.strip())
        if facts is None:
            continue
        before = next(tokens)
        path = next(tokens) if facts[3] in b"RC" else before
        if path.lower().endswith(suffix.encode()):
            yield FileChange(
                before=_text(path if facts[3] == b"C" else before),
                path=_text(path),
                content=_content(reader, facts[2].decode()),
            )


def _content(reader: ObjectReader, object_id: str) -> bytes | None:
    return None if object_id == GONE else reader.read(object_id, max_bytes=MAX_DOCUMENT_BYTES)[2]


def _text(path: bytes) -> str:
    return path.decode("utf-8", "replace")
