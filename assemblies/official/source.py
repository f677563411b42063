"""What a source of official documents holds at one version, whatever kind of source it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assemblies.bundles import Collected, Found, Skipped, plain_names
from assemblies.documents import Document
from assemblies.progress import Track, untracked
from assemblies.scripts import has_script_suffix

NO_GUID = "assembly_guid: an official document needs a GUID, or a rename would make it another one."


@dataclass(frozen=True)
class SourceDocument:
    """A published document; `path` is relative to the top of the catalogue."""

    path: str
    document: Document
    guid: str
    content_hash: str


@dataclass(frozen=True)
class SourceContents:
    """Everything a source publishes; no two documents have the same GUID. `version` names exactly these documents.

    `published_at` is when, where the source knows; `notes` are for people: nothing is wrong, but they should know.
    """

    version: str
    documents: list[SourceDocument]
    skipped: list[Skipped]
    published_at: datetime | None = None
    notes: tuple[str, ...] = ()


class OfficialSource(Protocol):
    """Somewhere official documents are published; `place` is what a person wrote."""

    @property
    def place(self) -> str: ...

    def read(self, track: Track = untracked) -> SourceContents:
        """Read all of it. Raises SourceUnreadable, or SyncRefused when it must not be used."""

    def follows(self, version: str, earlier: str) -> bool | None:
        """Say whether `version` came after `earlier`; None when the source cannot tell. Raises SourceUnreadable."""


def published(collected: Collected) -> tuple[list[SourceDocument], list[Skipped]]:
    """Return the documents that can be published, and what was skipped: among it documents without a GUID."""
    documents = [
        SourceDocument(found.path, found.document, found.document.guid, found.document.content_hash)
        for found in collected.found
        if found.document.guid is not None
    ]
    return documents, sorted([*collected.skipped, *_without_guid(collected.found)], key=lambda skipped: skipped.path)


def notes_on_loose_scripts(names: Iterable[str]) -> tuple[str, ...]:
    """Return how many scripts of a source belong to no document, where there are any: a sync takes documents only."""
    count = sum(has_script_suffix(name) for name in plain_names(names))
    words = "Scripts without a document, which were passed over; import_assemblies takes them: {}."
    return (words.format(count),) if count else ()


def _without_guid(found: Iterable[Found]) -> list[Skipped]:
    return [Skipped(one.path, NO_GUID) for one in found if one.document.guid is None]
