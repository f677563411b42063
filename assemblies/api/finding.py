"""Find what a request is about."""

from assemblies import documents
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.errors import AssemblyNotFound
from assemblies.models import Assembly, AssemblyAlias, fold_alias
from assemblies.models.identity import ALIAS_LENGTH


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


def find_row(guid: str) -> Assembly:
    """Return the row of a live assembly. Raises InvalidGuid, AssemblyNotFound."""
    guid = documents.normalise_guid(guid)
    row = Assembly.objects.live().without_texts().filter(guid=guid).first()
    if row is None:
        raise AssemblyNotFound(assembly_guid=guid)
    return row


def find_canonical(name: str) -> str | None:
    """Return the canonical GUID behind another name of an assembly; None for that GUID itself and for no name."""
    if len(name) > ALIAS_LENGTH or not name.isprintable():
        return None
    canonical = AssemblyAlias.objects.find_canonical(name)
    return canonical if canonical != fold_alias(name) else None
