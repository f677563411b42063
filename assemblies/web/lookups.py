"""Find what a request is about: by GUID, in any spelling, or by another name that is registered for an assembly.

Names are looked up only after the GUID led nowhere, so that a GUID costs nothing more; a live assembly's own GUID goes
before a name. Each raises InvalidGuid or AssemblyNotFound.
"""

from collections.abc import Callable
from typing import TypeVar

from assemblies import documents
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.errors import AssemblyNotFound, InvalidGuid
from assemblies.models import Assembly, AssemblyAlias, fold_alias
from assemblies.models.aliases import ALIAS_LENGTH

Found = TypeVar("Found")


def resolve(guid_or_alias: str, get: Callable[[str], Found]) -> tuple[str, Found]:
    """Return a GUID and what `get` finds by it: by the name itself, or where that leads nowhere by what it stands for.

    `get` reads a GUID in any spelling, and raises.
    """
    try:
        return guid_or_alias.strip().lower(), get(guid_or_alias)
    except (AssemblyNotFound, InvalidGuid):
        canonical = _find_canonical(guid_or_alias)
        if canonical is None:
            raise
    return canonical, get(canonical)


def get_entry(guid_or_alias: str) -> CatalogueEntry:
    """Return the catalogue's entry of a live assembly."""
    return resolve(guid_or_alias, lambda guid: require_live(_entry(guid)))[1]


def get_any_entry(guid_or_alias: str) -> CatalogueEntry:
    """Return the catalogue's entry of an assembly, deleted or not."""
    return resolve(guid_or_alias, _entry)[1]


def get_row(guid_or_alias: str) -> Assembly:
    """Return the row of a live assembly, without its texts."""
    return resolve(guid_or_alias, _row)[1]


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


def _find_canonical(name: str) -> str | None:
    """Return the GUID that another name of an assembly leads to; None for that GUID itself and for no name."""
    if len(name) > ALIAS_LENGTH or not name.isprintable():
        return None
    canonical = AssemblyAlias.objects.find_canonical(name)
    return canonical if canonical != fold_alias(name) else None


def _entry(guid: str) -> CatalogueEntry:
    guid = documents.normalise_guid(guid)
    entry = library_catalogue().current().entries.get(guid)
    if entry is None:
        raise AssemblyNotFound(assembly_guid=guid)
    return entry


def _row(guid: str) -> Assembly:
    guid = documents.normalise_guid(guid)
    row = Assembly.objects.live().without_texts().filter(guid=guid).first()
    if row is None:
        raise AssemblyNotFound(assembly_guid=guid)
    return row
