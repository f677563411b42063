"""What was run and what it printed, on disk until the server has it.

One folder for each attempt: `attempt.json`, one file for each chunk of output, `end.json`. Next to them `started`
lists every attempt that was ever begun here: none is begun twice, whatever a server or a thief of its key sends.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assemblies.agent.errors import WorkRefused
from assemblies.durable_files import PRIVATE_FILE, fsync_folder, make_folder, replace_file

STARTED, ATTEMPT, END = "started", "attempt.json", "end.json"
STREAMS = ("stdout", "stderr")


@dataclass(frozen=True)
class SpooledChunk:
    seq: int
    stream: str
    path: Path

    def read(self) -> bytes:
        return self.path.read_bytes()


class SpooledAttempt:
    """One attempt's folder. One thread writes output and the end; another one uploads and removes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        facts = json.loads((folder / ATTEMPT).read_bytes())
        self.work_item_hash, self.attempt_number = str(facts["work_item_hash"]), int(facts["attempt_number"])

    def add_chunk(self, seq: int, stream: str, content: bytes) -> None:
        """Keep a chunk. Raises OSError; not fsynced: what a power cut takes of output is not worth an fsync each."""
        part = self.folder / "part"
        part.write_bytes(content)
        part.replace(self.folder / f"{seq:010d}.{stream}")

    def forget_chunks(self, first: int, last: int) -> None:
        for chunk in list(self.chunks()):
            if first <= chunk.seq <= last:
                chunk.path.unlink(missing_ok=True)

    def chunks(self) -> Iterator[SpooledChunk]:
        """Yield what is to be uploaded, in the order it was printed."""
        for path in sorted(self.folder.iterdir()):
            seq, _dot, stream = path.name.partition(".")
            if seq.isdecimal() and stream in STREAMS:
                yield SpooledChunk(int(seq), stream, path)

    def end(self) -> dict[str, Any] | None:
        """Return how the attempt ended, once it has."""
        with suppress(FileNotFoundError):
            end: dict[str, Any] = json.loads((self.folder / END).read_bytes())
            return end
        return None

    def write_end(self, facts: Mapping[str, Any]) -> None:
        replace_file(self.folder / END, json.dumps(facts, sort_keys=True).encode())

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Spool:
    """The attempts of one device."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_folder(folder)
        self._started = self._read_started()

    def begin(self, key: str, work_item_hash: str, attempt_number: int) -> SpooledAttempt:
        """Record that an attempt begins, durably. Raises WorkRefused where it began before, OSError."""
        self.check_unstarted(key)
        folder = self.folder / key
        make_folder(folder)
        facts = {"work_item_hash": work_item_hash, "attempt_number": attempt_number}
        replace_file(folder / ATTEMPT, json.dumps(facts).encode())
        self._record(key)
        return SpooledAttempt(folder)

    def check_unstarted(self, key: str) -> None:
        """Raise WorkRefused where an attempt began before."""
        if key in self._started:
            raise WorkRefused("already_started", f"{key} was started before; it is not started again.")

    def attempts(self) -> list[SpooledAttempt]:
        """Return the attempts whose folders are whole, oldest first. Of what is broken nothing was begun."""
        found = []
        for folder in sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime):
            if folder.is_dir():
                with suppress(OSError, ValueError, KeyError):
                    found.append(SpooledAttempt(folder))
        return found

    def _read_started(self) -> set[str]:
        try:
            return set((self.folder / STARTED).read_text().split())
        except FileNotFoundError:
            return set()

    def _record(self, key: str) -> None:
        descriptor = os.open(self.folder / STARTED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
        try:
            # A line end first: a line that a power cut tore off spoils none but itself.
            os.write(descriptor, f"\n{key}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        fsync_folder(self.folder)
        self._started.add(key)
