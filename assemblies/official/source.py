"""What a source of official documents holds at one version, whatever kind of source it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from assemblies.actions.gather import Found, Gathering, Skipped, without_twins
from assemblies.documents import Document

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
    """Everything a source publishes; no two documents have the same GUID. `version` names exactly these documents."""

    version: str
    documents: list[SourceDocument]
    skipped: list[Skipped]


def published(gathering: Gathering) -> tuple[list[SourceDocument], list[Skipped]]:
    """Return the documents that can be published, and those skipped: among them those without a GUID, and twins."""
    gathering = without_twins(gathering)
    documents = [
        SourceDocument(found.path, found.document, found.document.guid, found.document.content_hash)
        for found in gathering.found
        if found.document.guid is not None
    ]
    return documents, sorted([*gathering.skipped, *_without_guid(gathering.found)], key=lambda skipped: skipped.path)


def _without_guid(found: Iterable[Found]) -> list[Skipped]:
    return [Skipped(one.path, NO_GUID) for one in found if one.document.guid is None]
