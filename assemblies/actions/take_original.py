"""Give a copy the content its original has now."""

from datetime import datetime

from assemblies.actions.change import Change, Event, Receipt, get_live, require_live
from assemblies.actions.clone import copy_of
from assemblies.actions.commit import commit
from assemblies.actions.contents import stamped
from assemblies.actions.permit import Permit
from assemblies.domains import Operation
from assemblies.errors import NoOriginal
from assemblies.models import Assembly, Content


def take_original(
    guid: str, *, permit: Permit, expected_revision: int | None = None, event: Event | None = None
) -> Receipt:
    """Replace everything but the copy's own name; what the copy said stays in its history.

    Raises AssemblyNotFound, NoOriginal, Forbidden, DevModeRequired, RevisionConflict, or a Failure.
    """
    row = get_live(guid)
    origin = _live_origin(row)
    content = copy_of(origin, display_name=row.display_name)

    def rewrite(row: Assembly | None, now: datetime) -> Content:
        return stamped(content, require_live(row, guid), actor_name=permit.actor.name, now=now)

    change = Change(
        guid=guid,
        operation=Operation.UPDATE,
        rewrite=rewrite,
        expected_revision=row.sequence if expected_revision is None else expected_revision,
        search_text=origin.search_text,
        event=event,
    )
    detail = {"origin": origin.guid, "origin_revision": origin.sequence}
    return commit([change], permit=permit, detail=detail)[0]


def _live_origin(row: Assembly) -> Assembly:
    lineage = row.read_content().cloned_from
    origin = Assembly.objects.live().filter(guid=lineage.assembly_guid).first() if lineage else None
    if origin is None:
        raise NoOriginal(assembly_guid=row.guid)
    return origin
