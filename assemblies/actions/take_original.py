"""Give a copy the content its original has now."""

from datetime import datetime

from assemblies.actions.actor import Actor
from assemblies.actions.change import Change, Receipt
from assemblies.actions.clone import copy_of
from assemblies.actions.commit import commit
from assemblies.actions.contents import settled
from assemblies.actions.find import get_live, require_live
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Operation
from assemblies.errors import NoOriginal
from assemblies.models import Assembly, Content


def take_original(
    guid: str, *, actor: Actor, expected_revision: int | None = None, event_guid: str | None = None
) -> Receipt:
    """Replace everything but the copy's own name; what the copy said stays in its history.

    Raises AssemblyNotFound, NoOriginal, Forbidden, DevModeRequired, RevisionConflict, or a Failure.
    """
    row = get_live(guid)
    origin = _live_origin(row)
    content = copy_of(origin, display_name=row.display_name)

    def rewrite(row: Assembly | None, now: datetime) -> Content:
        return settled(content, require_live(row, guid), actor_name=actor.name, now=now)

    change = Change(
        guid=guid,
        operation=Operation.UPDATE,
        rewrite=rewrite,
        expected_revision=row.sequence if expected_revision is None else expected_revision,
        search_text=origin.search_text,
        event_guid=event_guid,
    )
    detail = {"origin": origin.guid, "origin_revision": origin.sequence}
    return commit([change], actor=actor, event=LibraryEvent.TAKE_ORIGINAL, detail=detail)[0]


def _live_origin(row: Assembly) -> Assembly:
    lineage = row.read_content().cloned_from
    origin = Assembly.objects.live().filter(guid=lineage.assembly_guid).first() if lineage else None
    if origin is None:
        raise NoOriginal(assembly_guid=row.guid)
    return origin
