"""Which database gets the copy. Deciding it needs no connection: an assigned target may be offline."""

from datetime import datetime
from uuid import uuid4

from assemblies.actions.permit import Permit
from assemblies.targets.administration import ALIAS, record_decision
from assemblies.targets.errors import NothingAssigned, UnsupportedEngine
from assemblies.targets.models import (
    Engine,
    OutboxEntry,
    PersistenceAssignment,
    PersistenceConnection,
    State,
    Stream,
    StreamState,
    Watermark,
)
from assemblies.targets.outbox import forget
from assemblies.targets.places import check_connection
from devmode.write_lock import write_transaction


def find_assignment() -> PersistenceAssignment | None:
    return PersistenceAssignment.objects.select_related("connection__target").first()


def get_assignment() -> PersistenceAssignment:
    """Raises NothingAssigned."""
    if (found := find_assignment()) is None:
        raise NothingAssigned
    return found


def assign(connection: PersistenceConnection, *, permit: Permit, now: datetime) -> int:
    """Let a database get the copy from now on. Assigned again, it goes on where it was, and an error is tried again.

    Returns how many changes were noted for the assignment before and were not copied.

    Raises UnsupportedEngine, OwnDatabase, InvalidField.
    """
    if connection.target.engine == Engine.MSSQL:
        raise UnsupportedEngine
    check_connection(connection)
    record_decision(permit, connection.target.name, {"database": connection.database}, now=now)
    with write_transaction(ALIAS):
        current = find_assignment()
        if current is not None and current.connection_id == connection.pk:
            _try_again()
            return 0
        dropped = _forget_all()
        _begin(connection, permit.actor.name, now)
    return dropped


def clear(*, permit: Permit, now: datetime) -> int:
    """Let nothing be copied any more; rows here and there stay. Returns as `assign` does. Raises NothingAssigned."""
    current = get_assignment()
    record_decision(permit, current.connection.target.name, {"database": current.connection.database}, now=now)
    with write_transaction(ALIAS):
        return _forget_all()


def _begin(connection: PersistenceConnection, actor: str, now: datetime) -> None:
    assignment = PersistenceAssignment.objects.create(
        guid=str(uuid4()), connection=connection, assigned_at=now, assigned_by=actor
    )
    for stream in Stream:
        StreamState.objects.create(stream=stream, assignment_guid=assignment.guid, state=State.WAITING, assigned_at=now)
        Watermark.objects.create(stream=stream)


def _try_again() -> None:
    StreamState.objects.filter(state=State.ERROR).update(state=State.WAITING)
    StreamState.objects.update(probed_at=None)


def _forget_all() -> int:
    """Remove the assignment and everything about it; return how many changes were pending."""
    dropped = forget()
    OutboxEntry.objects.all().delete()
    StreamState.objects.all().delete()
    PersistenceAssignment.objects.all().delete()
    return dropped
