"""What every change of one assembly begins with: who asks, of which assembly, and whether they may.

Actions ask again on the locked row; asking first lets a refusal come before any remark on the body or on a revision.
"""

from dataclasses import dataclass

from rest_framework.request import Request

from assemblies.actions.actor import Actor
from assemblies.actions.audit import check_may_write
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
    actor: Actor
    expected_revision: int | None


def permitted(request: Request, guid: str, event: AuditEvent, *, deleted_too: bool = False) -> Intent:
    """Return the intent behind a request.

    Raises InvalidGuid, AssemblyNotFound, Forbidden or DevModeRequired (audited under `event`), and RevisionConflict.
    """
    entry, actor = find_any_entry(guid), actor_of(request)
    if not deleted_too:
        require_live(entry)
    check_may_write(actor, Domain(entry.domain), event, assembly_guid=entry.guid)
    return Intent(entry, actor, expected_revision(request, entry))
