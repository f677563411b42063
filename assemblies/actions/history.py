"""Find an assembly's revisions and choose two of them; a deleted one's stay readable. Reading only."""

from assemblies import documents
from assemblies.errors import AssemblyNotFound
from assemblies.models import JournalEntry
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
