"""The official catalogue as it stands, in the terms a plan compares."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from assemblies.catalogue.upstream_state import PUBLISHING, last_meanings, meaning_of
from assemblies.domains import Domain
from assemblies.models import Assembly, JournalEntry


@dataclass(frozen=True, kw_only=True)
class OfficialRow:
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
    rows = Assembly.objects.of_domain(Domain.OFFICIAL).without_texts()
    edited = _edited_guids()
    return {row.guid: _official_row(row, is_edited=row.guid in edited) for row in rows.iterator(chunk_size=500)}


def find_foreign_guids(guids: Iterable[str]) -> dict[str, str]:
    """Return those of `guids` that belong to an assembly of another domain, live or deleted, with that domain."""
    asked = set(guids)
    others = Assembly.objects.exclude(domain=Domain.OFFICIAL).values_list("guid", "domain")
    return {guid: domain for guid, domain in others.iterator() if guid in asked}


def _official_row(row: Assembly, *, is_edited: bool) -> OfficialRow:
    return OfficialRow(
        guid=row.guid,
        display_name=row.display_name,
        revision=row.sequence,
        content_hash=row.content_hash,
        source_path=str(json.loads(row.content)["metadata"].get("source_path", "")),
        is_live=row.deleted_at is None,
        is_edited=is_edited,
    )


def _edited_guids() -> set[str]:
    """Return the GUIDs whose last change was not a publication and left something else than the last publication."""
    official = Assembly.objects.of_domain(Domain.OFFICIAL)
    last_changes = JournalEntry.objects.filter(sequence__in=official.values("sequence"))
    unpublished = last_changes.exclude(operation__in=PUBLISHING)
    meanings = {entry.assembly_guid: meaning_of(entry) for entry in unpublished.iterator(chunk_size=500)}
    published = last_meanings(meanings.keys(), PUBLISHING) if meanings else {}
    return {guid for guid, meaning in meanings.items() if meaning != published.get(guid)}
