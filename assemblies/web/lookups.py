"""Find what a request is about: by GUID, in any spelling, or by another name that is registered for an assembly.

Names are looked up only after the GUID led nowhere, so that a GUID costs nothing more; a live assembly's own GUID goes
before a name. Each raises InvalidGuid or AssemblyNotFound.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from django.utils.translation import gettext as _

from assemblies import documents
from assemblies.catalogue import CatalogueEntry, library_catalogue
from assemblies.errors import AssemblyNotFound, InvalidField, InvalidGuid
from assemblies.models import Assembly, AssemblyAlias, fold_alias
from assemblies.models.aliases import ALIAS_LENGTH

Found = TypeVar("Found")
# As a field that suggests assemblies fills itself in: the name is for the reader.
NAME_AND_GUID = re.compile(r".*\(([0-9A-Fa-f-]{32,36})\)\s*", re.DOTALL)


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


def find_named(words: str) -> CatalogueEntry:
    """Return the live assembly that a person named: by its name, its GUID, an alias, or as "Name (GUID)".

    Raises AssemblyNotFound, InvalidField when several have the name, InvalidGuid.
    """
    if named := NAME_AND_GUID.fullmatch(words):
        return get_entry(named[1])
    name, entries = words.casefold(), library_catalogue().current().entries.values()
    found = [one for one in entries if one.deleted_at is None and one.content.display_name.casefold() == name]
    if len(found) > 1:
        raise InvalidField(
            _("Several assemblies have this name: choose one of the list, or give its GUID."), field="add"
        )
    return found[0] if found else get_entry(words)


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
