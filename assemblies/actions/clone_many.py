"""Copy many assemblies into one domain at once, each knowing what it was copied from."""

from collections.abc import Sequence

from assemblies.actions.actor import Actor
from assemblies.actions.audit import check_may_write
from assemblies.actions.change import Receipt
from assemblies.actions.clone import arrival, copy_name, copy_of
from assemblies.actions.commit import commit
from assemblies.actions.selection import get_selection
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain


def clone_many(guids: Sequence[str], *, domain: Domain, actor: Actor) -> list[Receipt]:
    """Copy all or none into `domain`, under new GUIDs and names. The copies share the payloads.

    Raises AssemblyNotFound, Forbidden, DevModeRequired, or a Failure.
    """
    check_may_write(actor, domain, LibraryEvent.CLONE_MANY)
    changes = [
        arrival(
            copy_of(origin, display_name=copy_name(origin)),
            origin, domain=domain, actor=actor, new_guid=None, event_guid=None,
        )
        for origin in get_selection(guids)
    ]  # fmt: skip
    return commit(changes, actor=actor, event=LibraryEvent.CLONE_MANY)
