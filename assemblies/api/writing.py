"""What every change of one assembly begins with: who asks, of which assembly, and whether they may.

Actions decide again on the locked row; deciding first lets a refusal come before any remark on the body or a revision.
"""

from dataclasses import dataclass

from rest_framework.request import Request

from assemblies.actions.permit import Permit, get_permit
from assemblies.api.actors import actor_of
from assemblies.api.conditions import expected_revision
from assemblies.catalogue import CatalogueEntry
from assemblies.catalogue.find import find_any_entry, require_live
from assemblies.domains import Domain
from devmode.audit.events import AuditEvent


@dataclass(frozen=True)
class Intent:
    """A change that its actor may make, of the assembly as the catalogue has it."""

    entry: CatalogueEntry
    permit: Permit
    expected_revision: int | None


def permitted(request: Request, guid: str, event: AuditEvent, *, deleted_too: bool = False) -> Intent:
    """Return the intent behind a request.

    Raises InvalidGuid, AssemblyNotFound, Forbidden or DevModeRequired (audited under `event`), and RevisionConflict.
    """
    entry = find_any_entry(guid)
    if not deleted_too:
        require_live(entry)
    permit = get_permit(actor_of(request), event, Domain(entry.domain), guid=entry.guid)
    return Intent(entry, permit, expected_revision(request, entry))
