"""Delete an assembly; its history stays and can bring it back."""

from collections.abc import Mapping
from datetime import datetime

from assemblies.actions.change import Change, Receipt, require_live
from assemblies.actions.commit import commit
from assemblies.actions.permit import Permit
from assemblies.actions.selection import get_selection
from assemblies.domains import Operation
from assemblies.models import Assembly


def delete(guid: str, *, permit: Permit, expected_revision: int | None = None) -> Receipt:
    """Delete an assembly. Raises AssemblyNotFound, Forbidden, DevModeRequired, RevisionConflict, or a Failure."""
    change = deletion(guid, expected_revision=expected_revision)
    return commit([change], permit=permit)[0]


def deletion(guid: str, *, expected_revision: int | None = None) -> Change:
    """Return the change that deletes a live assembly."""

    def rewrite(row: Assembly | None, now: datetime) -> None:
        require_live(row, guid)

    return Change(
        guid=guid,
        operation=Operation.DELETE,
        rewrite=rewrite,
        expected_revision=expected_revision,
    )


def delete_many(revisions: Mapping[str, int | None], *, permit: Permit) -> list[Receipt]:
    """Delete all or none. `revisions` holds, by GUID, the revision the caller saw, or None for whichever there is.

    Raises AssemblyNotFound, Forbidden, DevModeRequired, RevisionConflict, or a Failure.
    """
    rows = get_selection(list(revisions), with_texts=False)
    changes = [deletion(row.guid, expected_revision=revisions[row.guid]) for row in rows]
    return commit(changes, permit=permit)
