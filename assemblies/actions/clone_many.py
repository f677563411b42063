"""Copy many assemblies into one domain at once, each knowing what it was copied from."""

from collections.abc import Sequence

from assemblies.actions.change import Receipt
from assemblies.actions.clone import arrival, copy_name, copy_of
from assemblies.actions.commit import commit
from assemblies.actions.permit import Permit
from assemblies.actions.selection import get_selection
from assemblies.domains import Domain


def clone_many(guids: Sequence[str], *, domain: Domain, permit: Permit) -> list[Receipt]:
    """Copy all or none into `domain`, under new GUIDs and names. The copies share the payloads.

    Raises AssemblyNotFound, Forbidden, DevModeRequired, or a Failure.
    """
    changes = [
        arrival(
            copy_of(origin, display_name=copy_name(origin)),
            origin, domain=domain, actor_name=permit.actor.name, new_guid=None, event=None,
        )
        for origin in get_selection(guids)
    ]  # fmt: skip
    return commit(changes, permit=permit)
