"""The official shelf as it stands, in the terms a plan compares."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Max

from assemblies.domains import Domain, Operation
from assemblies.models import Assembly, JournalEntry

# An adopted row came with a domain database: it was published too, only not by this library's own sync.
PUBLISHING = (Operation.SYNC, Operation.ADOPT)


@dataclass(frozen=True, kw_only=True)
class ShelfRow:
    """An official assembly. `is_edited`: someone changed or deleted it here since it was last published."""

    guid: str
    display_name: str
    revision: int
    content_hash: str
    source_path: str
    is_live: bool
    is_edited: bool


def read_shelf() -> dict[str, ShelfRow]:
    """Return every official assembly by its GUID, the deleted ones too."""
    rows = Assembly.objects.of_domain(Domain.OFFICIAL).without_texts()
    edited = _edited_guids()
    return {row.guid: _shelf_row(row, is_edited=row.guid in edited) for row in rows.iterator(chunk_size=500)}


def find_foreign_guids(guids: Iterable[str]) -> dict[str, str]:
    """Return those of `guids` that belong to an assembly of another domain, live or deleted, with that domain."""
    asked = set(guids)
    others = Assembly.objects.exclude(domain=Domain.OFFICIAL).values_list("guid", "domain")
    return {guid: domain for guid, domain in others.iterator() if guid in asked}


def _shelf_row(row: Assembly, *, is_edited: bool) -> ShelfRow:
    return ShelfRow(
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
    meanings = {entry.assembly_guid: _meaning(entry) for entry in unpublished.iterator(chunk_size=500)}
    published = _published_meanings(meanings.keys()) if meanings else {}
    return {guid for guid, meaning in meanings.items() if meaning != published.get(guid)}


def _published_meanings(guids: Collection[str]) -> dict[str, str]:
    """Return what the last publication of each of `guids` left; those never published are not in it."""
    publications = JournalEntry.objects.of_domain(Domain.OFFICIAL).filter(operation__in=PUBLISHING)
    last = publications.values_list("assembly_guid").annotate(Max("sequence")).order_by()
    entries = JournalEntry.objects.in_bulk([sequence for guid, sequence in last if guid in guids])
    return {entry.assembly_guid: _meaning(entry) for entry in entries.values()}


def _meaning(entry: JournalEntry) -> str:
    """Return the content hash an entry left, or "" for a deletion."""
    content = entry.read_content()
    return content.content_hash if content else ""
