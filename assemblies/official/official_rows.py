"""The official catalogue as it stands, in the terms a plan compares."""

from collections.abc import Iterable
from typing import NamedTuple

import orjson

from assemblies.catalogue.origins import PUBLISHING, last_meanings, meaning_of
from assemblies.domains import Domain
from assemblies.models import Assembly, JournalEntry


class OfficialRow(NamedTuple):
    """An official assembly. `is_edited`: someone changed or deleted it here since it was last published."""

    guid: str
    display_name: str
    revision: int
    content_hash: str
    source_path: str
    is_live: bool
    is_edited: bool


def read_official_rows() -> dict[str, OfficialRow]:
    """Return every official assembly by its GUID, the deleted ones too."""
    edited = _edited_guids()
    official = Assembly.objects.of_domain(Domain.OFFICIAL)
    rows = official.values_list("guid", "display_name", "sequence", "content_hash", "content", "deleted_at")
    return {
        guid: OfficialRow(
            guid=guid,
            display_name=display_name,
            revision=sequence,
            content_hash=content_hash,
            source_path=str(orjson.loads(content)["metadata"].get("source_path", "")),
            is_live=deleted_at is None,
            is_edited=guid in edited,
        )
        for guid, display_name, sequence, content_hash, content, deleted_at in rows.iterator(chunk_size=500)
    }


def find_foreign_guids(guids: Iterable[str]) -> dict[str, str]:
    """Return those of `guids` that belong to an assembly of another domain, live or deleted, with that domain."""
    asked = set(guids)
    others = Assembly.objects.exclude(domain=Domain.OFFICIAL).values_list("guid", "domain")
    return {guid: domain for guid, domain in others.iterator() if guid in asked}


def _edited_guids() -> set[str]:
    """Return the GUIDs whose last change was not a publication and left something else than the last publication."""
    official = Assembly.objects.of_domain(Domain.OFFICIAL)
    last_changes = JournalEntry.objects.filter(sequence__in=official.values("sequence"))
    unpublished = last_changes.exclude(operation__in=PUBLISHING)
    meanings = {entry.assembly_guid: meaning_of(entry) for entry in unpublished.iterator(chunk_size=500)}
    published = last_meanings(meanings.keys(), PUBLISHING) if meanings else {}
    return {guid for guid, meaning in meanings.items() if meaning != published.get(guid)}
