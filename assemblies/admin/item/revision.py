"""A revision with the bytes of its script, for forms and comparisons."""

from assemblies.actions.revert import get_revision
from assemblies.admin.item.editing import Revision
from assemblies.catalogue import CatalogueEntry
from assemblies.conf import payload_store
from assemblies.errors import Failure, RevisionNotFound
from assemblies.models import Content


def newest_of(entry: CatalogueEntry) -> Revision:
    """Return an assembly as it is now."""
    return revision_of(entry.revision, entry.content)


def revision_of(number: int, content: Content) -> Revision:
    """Return a revision; without its payload when that is missing or corrupt, for its other fields can be changed."""
    try:
        return Revision(number, content, payload_store().read(content.payload))
    except Failure as failure:
        return Revision(number, content, None, failure.message)


def earlier_or_newest(entry: CatalogueEntry, number: int) -> Revision:
    """Return the revision of that number; the newest one where the journal has none of it."""
    if number == entry.revision:
        return newest_of(entry)
    try:
        return revision_of(number, get_revision(entry.guid, number)[1])
    except RevisionNotFound:
        return newest_of(entry)
