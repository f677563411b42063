"""Find the entry a request is about."""

from assemblies import documents
from assemblies.catalogue.catalogue import library_catalogue
from assemblies.catalogue.entry import CatalogueEntry
from assemblies.errors import AssemblyNotFound


def find_entry(guid: str) -> CatalogueEntry:
    """Return the catalogue's entry of a live assembly; `guid` in any normalised spelling.

    Raises InvalidGuid, AssemblyNotFound.
    """
    return require_live(find_any_entry(guid))


def require_live(entry: CatalogueEntry) -> CatalogueEntry:
    """Return `entry`. Raises AssemblyNotFound when it was deleted."""
    if entry.deleted_at is None:
        return entry
    raise AssemblyNotFound(
        "The assembly was deleted; it can be reverted to an earlier revision.",
        assembly_guid=entry.guid,
        deleted_at=entry.deleted_at,
        revision=entry.revision,
    )


def find_any_entry(guid: str) -> CatalogueEntry:
    """Return the catalogue's entry of an assembly, deleted or not. Raises InvalidGuid, AssemblyNotFound."""
    guid = documents.normalise_guid(guid)
    entry = library_catalogue().current().entries.get(guid)
    if entry is None:
        raise AssemblyNotFound(assembly_guid=guid)
    return entry
