"""Read every document of a tree of files, whole ones and those in the readable style with their scripts next to them.

Each file has one outcome, the same at every door: a document, a refusal that names what is wrong, or JSON that is no
assembly and nobody's fault. Of two documents with one GUID the first is kept and the second refused.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Protocol, Self, TypeVar

from assemblies.documents import Document, max_json_bytes, names_assembly_keys, read_tree
from assemblies.errors import DocumentTooLarge, GuidRepeated, NotAnAssembly, Refusal
from assemblies.importers import Place, Taken, take
from assemblies.progress import Track, untracked
from assemblies.scripts import HASHBANG, has_script_suffix, read_plain_script

SUFFIX = ".json"
# How far a file that is too large for a document is searched for a sign that it means to be one.
MAX_SEARCHED_BYTES = 16 * 1024 * 1024


class Files(Protocol):
    """A tree of files, by names relative to its top with `/` between the parts."""

    def document_names(self) -> list[str]:
        """Return the names that may be documents, each once, in a fixed order."""

    def sibling_names(self, stem: str) -> Collection[str]:
        """Return the names of the files that are called `stem` and one ending."""

    def read(self, name: str, *, max_bytes: int) -> bytes:
        """Return the bytes of a regular file. Raises FileNotFoundError, DocumentTooLarge, InvalidDocument."""


class ScriptFiles(Files, Protocol):
    """A tree of files whose plain scripts are read as well."""

    def all_names(self) -> list[str]:
        """Return the names of all files, each once, in a fixed order, without what stands for no content."""

    def read_start(self, name: str, count: int) -> bytes:
        """Return at most `count` bytes a file begins with; none where it cannot be read."""


@dataclass(frozen=True)
class Outcome:
    """What reading one document came to: the document, or why it is refused.

    `is_meant` where somebody chose this very file: whatever it is, it is no bystander.
    """

    name: str
    document: Document | None = None
    refusal: Refusal | None = None
    is_meant: bool = False

    @property
    def is_broken(self) -> bool:
        """Say whether this means to be an assembly and cannot be one."""
        return self.refusal is not None and (self.is_meant or not isinstance(self.refusal, NotAnAssembly))

    @property
    def guid(self) -> str | None:
        return self.document.guid if self.document else None

    def refused(self, refusal: Refusal) -> Self:
        return replace(self, document=None, refusal=refusal)


AnyOutcome = TypeVar("AnyOutcome", bound=Outcome)


@dataclass(frozen=True)
class Found:
    path: str
    document: Document


@dataclass(frozen=True)
class Skipped:
    """A file that gives no document, and why; `is_broken` unless it never meant to be one."""

    path: str
    reason: str
    is_broken: bool = True


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
    chosen = files.document_names() if names is None else list(names)
    tracked = track(chosen, "Reading documents", len(chosen))
    return collected(without_twins(read_documents(files, tracked, max_document_bytes, max_attachment_bytes)))


def collected(outcomes: Iterable[Outcome]) -> Collected:
    """Sort outcomes into what was found and what was skipped, under names that can be shown."""
    sorted_out = Collected()
    for outcome in outcomes:
        path = printable(outcome.name)
        if outcome.document is not None:
            sorted_out.found.append(Found(path, outcome.document))
        elif outcome.refusal is not None:
            sorted_out.skipped.append(Skipped(path, reason_of(outcome.refusal), outcome.is_broken))
    return sorted_out


def read_documents(
    files: Files, names: Iterable[str], max_document_bytes: int, max_attachment_bytes: int
) -> Iterator[Outcome]:
    """Yield what reading each document comes to, so that a bad one does not hide the others."""
    for name in names:
        try:
            yield Outcome(name, document=_read(files, name, max_document_bytes, max_attachment_bytes))
        except Refusal as refusal:
            yield Outcome(name, refusal=refusal)


def read_all(
    files: ScriptFiles,
    *,
    source: str,
    max_document_bytes: int,
    max_attachment_bytes: int,
    tool: str = "",
    track: Track = untracked,
) -> Iterator[Outcome]:
    """Yield what other tools' exports come to, then each document, then each plain script next to no document.

    `source` is what they come from; with `tool`, one of IMPORTERS, its exports alone are read. Raises SourceUnreadable
    when `files` cannot be listed.
    """
    taken = list(take(Place(files, source, max_document_bytes), tool))
    claimed = frozenset[str]().union(*(one.names for one in taken))
    names = [] if tool else [name for name in files.document_names() if name not in claimed]
    plain = [] if tool else [name for name in plain_names(files.all_names()) if name not in claimed]
    scripts = [name for name in plain if _may_be_script(files, name)]
    reading: list[Callable[[], Iterable[Outcome]]] = [partial(read_taken, [one]) for one in taken]
    reading += [partial(read_documents, files, [name], max_document_bytes, max_attachment_bytes) for name in names]
    reading += [partial(read_script, files, name, source=source, max_bytes=max_document_bytes) for name in scripts]
    for read in track(reading, "Reading documents", len(reading)):
        yield from read()


def read_taken(taken: Iterable[Taken]) -> Iterator[Outcome]:
    """Yield what each assembly of another tool's export comes to."""
    for one in taken:
        try:
            yield Outcome(one.name, document=one.read())
        except Refusal as refusal:
            yield Outcome(one.name, refusal=refusal)


def read_script(files: Files, name: str, *, source: str, max_bytes: int) -> Iterator[Outcome]:
    """Yield what reading one plain script comes to."""
    try:
        content = files.read(name, max_bytes=max_bytes)
        yield Outcome(name, document=read_plain_script(name, content, source=source, max_bytes=max_bytes))
    except Refusal as refusal:
        yield Outcome(name, refusal=refusal)


def plain_names(names: Iterable[str]) -> list[str]:
    """Return the names that may be scripts by themselves: not the script or the attachments of a document."""
    every = list(names)
    stems = {name[: -len(SUFFIX)] for name in every if name.lower().endswith(SUFFIX)}
    return [
        name
        for name in every
        if (has_script_suffix(name) or "." not in name.rpartition("/")[2])
        and name.rpartition(".")[0] not in stems
        and name.partition(".files/")[0] not in stems
    ]


def _may_be_script(files: ScriptFiles, name: str) -> bool:
    return has_script_suffix(name) or files.read_start(name, len(HASHBANG)) == HASHBANG


def without_twins(outcomes: Iterable[AnyOutcome]) -> Iterator[AnyOutcome]:
    """Refuse each document whose GUID an earlier one has: nobody could know which of them is meant."""
    first_names: dict[str, str] = {}
    for outcome in outcomes:
        guid = outcome.guid
        if guid is None or guid not in first_names:
            first_names |= {guid: outcome.name} if guid else {}
            yield outcome
        else:
            words = f"Its GUID is also in {printable(first_names[guid])}, which was kept."
            yield outcome.refused(GuidRepeated(words, assembly_guid=guid))


def _read(files: Files, name: str, max_document_bytes: int, max_attachment_bytes: int) -> Document:
    stem = name[: -len(SUFFIX)]
    siblings = _Siblings(files, stem, max_document_bytes, max_attachment_bytes)
    try:
        content = files.read(name, max_bytes=max_json_bytes(max_document_bytes))
    except DocumentTooLarge as error:
        if not names_assembly_keys(files.read(name, max_bytes=MAX_SEARCHED_BYTES)):
            raise NotAnAssembly(field="document") from error
        raise
    return read_tree(content, siblings, stem, max_bytes=max_document_bytes)


class _Siblings(Mapping[str, bytes]):
    """The files next to a document, each read on demand; listed are those with its stem."""

    def __init__(self, files: Files, stem: str, max_document_bytes: int, max_attachment_bytes: int) -> None:
        self.files = files
        self.stem = stem
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

    @cached_property
    def _names(self) -> Collection[str]:
        return self.files.sibling_names(self.stem)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def by_stem(names: Iterable[str]) -> dict[str, list[str]]:
    """Return names by what is left of them without their last ending."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.rpartition(".")[0], []).append(name)
    return found


def reason_of(refusal: Refusal) -> str:
    """Return why a document was refused, with the field it is about."""
    field_name = refusal.detail.get("field")
    is_whole = field_name in {None, "", "document", "file"}
    return refusal.message if is_whole else f"{field_name}: {refusal.message}"


def printable(name: str) -> str:
    """Return a file name as text that can be shown and stored, whatever bytes it is made of."""
    if name.isprintable():
        return name
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
