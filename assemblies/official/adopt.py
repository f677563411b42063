"""Adopt an official assembly that its source withdrew: it lives on as a user-created one."""

from assemblies.actions.change import Event, Receipt
from assemblies.actions.clone import arrival, copy_of
from assemblies.actions.commit import commit
from assemblies.actions.permit import Permit
from assemblies.catalogue.origins import find_upstream_state
from assemblies.domains import Domain, UpstreamState
from assemblies.errors import AssemblyNotFound, NotWithdrawn
from assemblies.models import Assembly
from assemblies.revisions.history import find_last_filled


def adopt(
    guid: str,
    *,
    permit: Permit,
    new_guid: str | None = None,
    display_name: str | None = None,
    event: Event | None = None,
) -> Receipt:
    """Copy the last content of a withdrawn assembly into User-Created, under its own name and with its lineage.

    Raises AssemblyNotFound, NotWithdrawn, Forbidden, GuidTaken, GuidInOtherDomain, or a Failure.
    """
    row = Assembly.objects.filter(guid=guid).first()
    last = find_last_filled(guid)
    if row is None or last is None:
        raise AssemblyNotFound(assembly_guid=guid)
    if find_upstream_state(row) != UpstreamState.REMOVED_UPSTREAM:
        raise NotWithdrawn(assembly_guid=guid)
    content = copy_of(row, display_name=display_name or row.display_name, revision=last.sequence)
    change = arrival(
        content,
        row,
        domain=Domain.USER,
        actor_name=permit.actor.name,
        new_guid=new_guid,
        event=event,
    )
    return commit([change], permit=permit, detail={"adopted": guid})[0]
