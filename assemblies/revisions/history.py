"""An assembly's revisions, and those of its original; those of a deleted one stay readable. Reading only."""

from assemblies import documents
from assemblies.errors import AssemblyNotFound, NoOriginal
from assemblies.models import Content, JournalEntry
from assemblies.models.journal import JournalEntryQuerySet


def find_history(guid: str) -> tuple[JournalEntryQuerySet, JournalEntry]:
    """Return an assembly's journal entries, newest first, and the newest. Raises InvalidGuid, AssemblyNotFound."""
    guid = documents.normalise_guid(guid)
    entries = JournalEntry.objects.of_assembly(guid).order_by("-sequence")
    newest = entries.first()
    if newest is None:
        raise AssemblyNotFound(assembly_guid=guid)
    return entries, newest


def chosen_revisions(guid: str, start: int | None, end: int | None) -> tuple[str, int | None, int]:
    """Return the GUID and the two revisions to compare: by default the newest, and the one before the later.

    Deletions have no content and are passed over. The earlier is None when there is none before the later.
    Raises InvalidGuid, AssemblyNotFound.
    """
    entries, newest = find_history(guid)
    filled = entries.exclude(content="").values_list("sequence", flat=True)
    end = end or filled[0]
    return newest.assembly_guid, start or filled.filter(sequence__lt=end).first(), end


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
