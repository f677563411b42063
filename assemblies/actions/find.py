"""Find the row an action is about."""

from assemblies.errors import AssemblyNotFound
from assemblies.models import Assembly


def get_live(guid: str) -> Assembly:
    """Return the assembly. Raises AssemblyNotFound when there is none or it was deleted."""
    return require_live(Assembly.objects.filter(guid=guid).first(), guid)


def require_live(row: Assembly | None, guid: str) -> Assembly:
    """Return `row`, which must be a live assembly. Raises AssemblyNotFound."""
    if row is None or row.deleted_at is not None:
        raise AssemblyNotFound(assembly_guid=guid)
    return row
