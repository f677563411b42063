"""Delete many assemblies at once; the history of each stays and can bring it back."""

from collections.abc import Mapping

from assemblies.actions.change import Receipt
from assemblies.actions.commit import commit
from assemblies.actions.delete import deletion
from assemblies.actions.permit import Permit
from assemblies.actions.selection import get_selection


def delete_many(revisions: Mapping[str, int | None], *, permit: Permit) -> list[Receipt]:
    """Delete all or none. `revisions` holds, by GUID, the revision the caller saw, or None for whichever there is.

    Raises AssemblyNotFound, Forbidden, DevModeRequired, RevisionConflict, or a Failure.
    """
    rows = get_selection(list(revisions), with_texts=False)
    changes = [deletion(row.guid, expected_revision=revisions[row.guid]) for row in rows]
    return commit(changes, permit=permit)
