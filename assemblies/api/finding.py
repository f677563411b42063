"""Find what a request is about, by GUID or by another name."""

from assemblies import documents
from assemblies.errors import AssemblyNotFound
from assemblies.models import Assembly, AssemblyAlias, fold_alias
from assemblies.models.aliases import ALIAS_LENGTH


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
