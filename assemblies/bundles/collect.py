"""Read every document of a tree of files, whole ones and those in the readable style with their scripts beside them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from assemblies.documents import Document, read_tree
from assemblies.errors import Refusal
from assemblies.progress import Track, untracked

SUFFIX = ".json"


class Files(Protocol):
    """A tree of files, by names relative to its top with `/` between the parts."""

    def document_names(self) -> list[str]:
        """Return the names that may be documents, each once, in a fixed order."""

    def read(self, name: str, *, max_bytes: int) -> bytes:
        """Return the bytes of a regular file. Raises FileNotFoundError, DocumentTooLarge, InvalidDocument."""


@dataclass(frozen=True)
class Outcome:
    """What reading one document came to: the document, or why it is refused."""

    name: str
    document: Document | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Found:
    path: str
    document: Document


@dataclass(frozen=True)
class Skipped:
    path: str
    reason: str


@dataclass(frozen=True)
class Collected:
    """What a tree of files holds, in the order of the names."""

    found: list[Found] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def collect(
    files: Files,
    names: Iterable[str] | None = None,
    *,
    max_document_bytes: int,
    max_attachment_bytes: int,
    track: Track = untracked,
) -> Collected:
    """Read the documents called `names`, or all there are. Raises SourceUnreadable when `files` cannot be listed."""
    collected = Collected()
    chosen = files.document_names() if names is None else list(names)
    tracked = track(chosen, "Reading documents", len(chosen))
    for outcome in read_documents(files, tracked, max_document_bytes, max_attachment_bytes):
        if outcome.document is not None:
            collected.found.append(Found(printable(outcome.name), outcome.document))
        elif outcome.refusal is not None:
            collected.skipped.append(Skipped(printable(outcome.name), reason_of(outcome.refusal)))
    return collected


def read_documents(
    files: Files, names: Iterable[str], max_document_bytes: int, max_attachment_bytes: int
) -> Iterator[Outcome]:
    """Yield what reading each document comes to, so that a bad one does not hide the others."""
    for name in names:
        try:
            yield Outcome(name, document=_read(files, name, max_document_bytes, max_attachment_bytes))
        except Refusal as refusal:
            yield Outcome(name, refusal=refusal)


def without_twins(collected: Collected) -> Collected:
    """Keep the first of the documents that have the same GUID; the others are skipped."""
    first_paths: dict[str, str] = {}
    kept = Collected(skipped=list(collected.skipped))
    for found in collected.found:
        first = first_paths.setdefault(found.document.guid, found.path) if found.document.guid else found.path
        if first == found.path:
            kept.found.append(found)
        else:
            kept.skipped.append(Skipped(found.path, f"its GUID is also in {first}, which was kept"))
    return kept


def _read(files: Files, name: str, max_document_bytes: int, max_attachment_bytes: int) -> Document:
    stem = name[: -len(SUFFIX)]
    siblings = _Siblings(files, stem, max_document_bytes, max_attachment_bytes)
    return read_tree(files.read(name, max_bytes=max_document_bytes), siblings, stem, max_bytes=max_document_bytes)


class _Siblings(Mapping[str, bytes]):
    """The files beside a document, each read when it is asked for."""

    def __init__(self, files: Files, stem: str, max_document_bytes: int, max_attachment_bytes: int) -> None:
        self.files = files
        self.attachments = f"{stem}.files/"
        self.max_document_bytes = max_document_bytes
        self.max_attachment_bytes = max_attachment_bytes

    def __getitem__(self, name: str) -> bytes:
        attached = name.startswith(self.attachments)
        limit = self.max_attachment_bytes if attached else self.max_document_bytes
        try:
            return self.files.read(name, max_bytes=limit)
        except FileNotFoundError as error:
            raise KeyError(name) from error

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


def reason_of(refusal: Refusal) -> str:
    """Return why a document was refused, with the field it is about."""
    field_name = refusal.detail.get("field")
    is_whole = field_name in {None, "", "document", "file"}
    return refusal.message if is_whole else f"{field_name}: {refusal.message}"


def printable(name: str) -> str:
    """Return a file name as text that can be shown and stored, whatever bytes it is made of."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
