"""Find what an assembly was copied from, as it is now."""

from assemblies.errors import NoOriginal
from assemblies.models import Content, JournalEntry


def get_origin(guid: str, content: Content) -> tuple[JournalEntry, Content]:
    """Return the newest revision of the original of the assembly `guid`; of a deleted original, its last content.

    Raises NoOriginal when the assembly is no copy, or its original is not known here.
    """
    lineage = content.cloned_from
    entry = find_last_filled(lineage.assembly_guid) if lineage else None
    origin = entry.read_content() if entry else None
    if entry is None or origin is None:
        raise NoOriginal(assembly_guid=guid)
    return entry, origin


def find_last_filled(guid: str) -> JournalEntry | None:
    """Return an assembly's newest revision that is no deletion."""
    return JournalEntry.objects.of_assembly(guid).exclude(content="").order_by("-sequence").first()
