"""Read what files publish. What stands here as it was published is compared by its bytes; the rest is read.

A document follows from what its reader learns of the files and from nothing else, so that is noted: which files were
read, with their SHA-256, and which names stood next to them. Where each of them is found again, the same document
would be. Every file is read and hashed every time; neither a time nor a size is believed.
"""

import hashlib
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Self

import orjson

from assemblies.bundles import Files, Outcome, Skipped, read_documents, reason_of, without_twins
from assemblies.bundles.collect import printable
from assemblies.documents import READER_VERSION
from assemblies.errors import Refusal
from assemblies.official.source import NO_GUID, FindKnown, Published, SourceDocument
from assemblies.progress import Track

ABSENT = ""


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes."""

    max_document_bytes: int
    max_attachment_bytes: int

    @property
    def reader(self) -> str:
        """Name who reads: what another one noted is no word for what this one would find."""
        sizes = f"{self.max_document_bytes} {self.max_attachment_bytes}"
        return f"{READER_VERSION} {unicodedata.unidata_version} {sizes}"


@dataclass(frozen=True)
class Note:
    """What was learned of a document's files, in that order: SHA-256 (empty where there was no file) and bytes by name;
    and the names that were listed, by stem.
    """

    read: dict[str, tuple[str, int]] = field(default_factory=dict)
    listed: dict[str, list[str]] = field(default_factory=dict)

    def to_json(self) -> str:
        return orjson.dumps([self.read, self.listed]).decode()

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(*orjson.loads(text))

    def is_found_in(self, files: Files) -> bool:
        """Say whether `files` would tell a reader the same. It is asked no more than a reader would ask."""
        try:
            return all(_sha256(files, name, size) == sha256 for name, (sha256, size) in self.read.items()) and all(
                sorted(files.sibling_names(stem)) == names for stem, names in self.listed.items()
            )
        except Refusal:
            # Reading it tells why.
            return False


def _sha256(files: Files, name: str, max_bytes: int) -> str:
    try:
        return hashlib.sha256(files.read(name, max_bytes=max_bytes)).hexdigest()
    except FileNotFoundError:
        return ABSENT


class NotedFiles:
    """`files`, with a note of everything that was learned of them."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.note = Note()

    def document_names(self) -> list[str]:
        return self.files.document_names()

    def sibling_names(self, stem: str) -> Collection[str]:
        names = self.files.sibling_names(stem)
        self.note.listed[stem] = sorted(names)
        return names

    def read(self, name: str, *, max_bytes: int) -> bytes:
        try:
            content = self.files.read(name, max_bytes=max_bytes)
        except FileNotFoundError:
            self.note.read[name] = (ABSENT, 0)
            raise
        self.note.read[name] = (hashlib.sha256(content).hexdigest(), len(content))
        return content


@dataclass(frozen=True)
class Reading(Outcome):
    """What reading one document came to, with the note of it; `known` where it stands here as it was published."""

    read_from: str = ""
    known: Published | None = None

    @property
    def guid(self) -> str | None:
        return self.known.guid if self.known else super().guid

    def refused(self, refusal: Refusal) -> "Reading":
        return Reading(self.name, refusal=refusal)


def read_published(
    files: Files, limits: Limits, find_known: FindKnown, track: Track
) -> tuple[list[Published], list[Skipped]]:
    """Return the documents that can be published, in the order of their names, and what was skipped.

    Raises SourceUnreadable when `files` cannot be listed.
    """
    known = find_known(limits.reader)
    names = files.document_names()
    tracked = track(names, "Reading documents", len(names))
    found = [_published(one) for one in without_twins(_reading(files, name, known, limits) for name in tracked)]
    skipped = [one for one in found if isinstance(one, Skipped)]
    documents = [one for one in found if not isinstance(one, Skipped)]
    return documents, sorted(skipped, key=lambda one: one.path)


def _reading(files: Files, name: str, known: Mapping[str, Published], limits: Limits) -> Reading:
    same = known.get(name)
    if same is not None and Note.from_json(same.read_from).is_found_in(files):
        return Reading(name, known=same)
    noted = NotedFiles(files)
    [outcome] = read_documents(noted, [name], limits.max_document_bytes, limits.max_attachment_bytes)
    return Reading(name, outcome.document, outcome.refusal, read_from=noted.note.to_json())


def _published(reading: Reading) -> Published | Skipped:
    path = printable(reading.name)
    if reading.refusal is not None:
        return Skipped(path, reason_of(reading.refusal), reading.is_broken)
    if reading.known is not None:
        return reading.known
    if reading.document is None or reading.guid is None:
        return Skipped(path, NO_GUID)
    return SourceDocument.of(path, reading.guid, reading.document, read_from=reading.read_from)
