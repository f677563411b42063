"""What a source of official documents holds at one version, whatever kind of source it is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from assemblies.bundles import Skipped, plain_names
from assemblies.documents import Document
from assemblies.progress import Track, untracked
from assemblies.scripts import has_script_suffix

NO_GUID = "assembly_guid: an official document needs a GUID, or a rename would make it another one."


@dataclass(frozen=True, kw_only=True)
class Published:
    """What the library records of a published document; `path` is relative to the top of the catalogue.

    `read_from` is a `reading.Note`, empty where it did not come from files. One that is no SourceDocument was not read
    again: its files are those that it was read from, and it stands here as it is published.
    """

    path: str
    guid: str
    content_hash: str
    read_from: str = ""


@dataclass(frozen=True, kw_only=True)
class SourceDocument(Published):
    """A published document that was read."""

    document: Document

    @classmethod
    def of(cls, path: str, guid: str, document: Document, *, read_from: str = "") -> Self:
        return cls(path=path, guid=guid, content_hash=document.content_hash, read_from=read_from, document=document)


# Given the name of a reader: what it noted of documents that stand here as they were published, by path.
FindKnown = Callable[[str], Mapping[str, Published]]


def nothing_known(_reader: str) -> Mapping[str, Published]:
    return {}


@dataclass(frozen=True)
class SourceContents:
    """Everything a source publishes; no two documents have the same GUID. `version` names exactly these documents.

    `reader` is who read them, where they were files; `published_at` is when, where the source knows; `notes` are for
    people: nothing is wrong, but they should know.
    """

    version: str
    documents: list[Published]
    skipped: list[Skipped]
    reader: str = ""
    published_at: datetime | None = None
    notes: tuple[str, ...] = ()


class OfficialSource(Protocol):
    """Somewhere official documents are published; `place` is what a person wrote."""

    @property
    def place(self) -> str: ...

    def read(self, track: Track = untracked, find_known: FindKnown = nothing_known) -> SourceContents:
        """Read all of it; what is known only so far as to tell that it is the same.

        Raises SourceUnreadable, or SyncRefused when it must not be used.
        """

    def follows(self, version: str, earlier: str) -> bool | None:
        """Say whether `version` came after `earlier`; None when the source cannot tell. Raises SourceUnreadable."""


def notes_on_loose_scripts(names: Iterable[str]) -> tuple[str, ...]:
    """Return how many scripts of a source belong to no document, where there are any: a sync takes documents only."""
    count = sum(has_script_suffix(name) for name in plain_names(names))
    words = "Scripts without a document, which were passed over; import_assemblies takes them: {}."
    return (words.format(count),) if count else ()
