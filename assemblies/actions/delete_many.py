"""Delete many assemblies at once; the history of each stays and can bring it back."""

from collections.abc import Mapping

from assemblies.actions.actor import Actor
from assemblies.actions.change import Receipt
from assemblies.actions.commit import commit
from assemblies.actions.delete import deletion
from assemblies.actions.selection import get_writable
from assemblies.audit_events import LibraryEvent


def delete_many(revisions: Mapping[str, int | None], *, actor: Actor) -> list[Receipt]:
    """Delete all or none. `revisions` holds, by GUID, the revision the asker saw, or None for whichever there is.

    Raises AssemblyNotFound, Forbidden, DevModeRequired, RevisionConflict, or a Failure.
    """
    rows = get_writable(list(revisions), actor=actor, event=LibraryEvent.DELETE_MANY)
    changes = [deletion(row.guid, expected_revision=revisions[row.guid]) for row in rows]
    return commit(changes, actor=actor, event=LibraryEvent.DELETE_MANY)
