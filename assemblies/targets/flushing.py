"""Copy at once what is to be copied, instead of when it is due."""

import time
from collections.abc import Callable
from typing import Any

from assemblies.actions.permit import Permit, get_permit
from assemblies.permissions import Place, Verb
from assemblies.targets.assignment import get_assignment
from assemblies.targets.audit_events import TargetEvent
from assemblies.targets.models import State, Stream
from assemblies.targets.status import persistence_status
from devmode.actor import Actor

PAUSE_SECONDS = 0.1


def permit_flush(actor: Actor) -> Permit:
    """Return the permit to copy at once. Raises Forbidden."""
    return get_permit(actor, TargetEvent.FLUSH, Place.LIBRARY, verb=Verb.ADMINISTER)


def flush_now(*, patience_seconds: float, clock: Callable[[], float] = time.monotonic) -> dict[str, Any]:
    """Copy until nothing is pending, the target does not take it, or the patience is over; return the status.

    While another replicator copies, wait for it. Raises NothingAssigned.
    """
    from assemblies.targets.replicator import Replicator

    get_assignment()
    end = clock() + patience_seconds
    replicator = Replicator(is_over=lambda: clock() >= end)
    try:
        while True:
            held = replicator.work(probes=True)
            status = persistence_status()
            if clock() >= end or _is_over(status, held):
                return status
            time.sleep(PAUSE_SECONDS)
    finally:
        replicator.close()


def _is_over(status: dict[str, Any], held: bool) -> bool:
    states = {status[stream.value]["state"] for stream in Stream}
    if held and states & {State.ERROR, State.WAITING}:
        return True
    return states == {State.BOOTSTRAPPED} and not any(status[stream.value]["pending"] for stream in Stream)
