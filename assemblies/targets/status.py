"""How the copy is, from what the replicator left: asking never opens the target."""

from datetime import datetime
from typing import Any

from django.db.models import Min
from django.utils import timezone

from assemblies.targets.assignment import find_assignment
from assemblies.targets.descriptor import MODELS, tables_of
from assemblies.targets.models import PersistenceAssignment, State, Stream, StreamState
from assemblies.targets.outbox import pending

# The worst first: what the pill shows.
SEVERITY = (State.ERROR, State.WAITING, State.BOOTSTRAPPING, State.BOOTSTRAPPED, State.UNASSIGNED)


def persistence_status() -> dict[str, Any]:
    """Return the state as a whole, of each stream, and which target and connection are assigned."""
    assignment = find_assignment()
    states = {state.stream: state for state in StreamState.objects.all()}
    streams = {stream.value: _stream_facts(stream, states.get(stream)) for stream in Stream}
    worst = min((State(facts["state"]) for facts in streams.values()), key=SEVERITY.index)
    return {"state": worst.value, **streams, **_place(assignment)}


def _place(assignment: PersistenceAssignment | None) -> dict[str, Any]:
    if assignment is None:
        return {"target": None, "connection": None}
    connection = assignment.connection
    target = connection.target
    return {
        "target": {"id": target.pk, "name": target.name, "engine": target.engine},
        "connection": {"id": connection.pk, "database": connection.database},
    }


def _stream_facts(stream: Stream, state: StreamState | None) -> dict[str, Any]:
    if state is None:
        facts: dict[str, Any] = {"last_error": "", "error_detail": {}, "bootstrapped_at": None, "assigned_at": None}
        return {"state": State.UNASSIGNED.value, "pending": 0, "lag_seconds": 0, **facts}
    waiting = pending(stream)
    return {
        "state": state.state,
        "pending": waiting.count() + _left_to_copy(state),
        "lag_seconds": _lag_seconds(waiting.order_by().aggregate(Min("noted_at"))["noted_at__min"]),
        "last_error": state.last_error,
        "error_detail": state.error_detail,
        "bootstrapped_at": state.bootstrapped_at,
        "assigned_at": state.assigned_at,
    }


def _left_to_copy(state: StreamState) -> int:
    """Return how many rows the first copy has not reached."""
    if state.bootstrapped_at:
        return 0
    tables = [table.name for table in tables_of(state.stream)]
    left = tables[tables.index(state.copy_table) if state.copy_table else 0 :]
    counts = {name: MODELS[name]._default_manager.all() for name in left}
    if state.copy_table:
        counts[state.copy_table] = counts[state.copy_table].filter(pk__gt=state.copy_position)
    return sum(rows.count() for rows in counts.values())


def _lag_seconds(oldest: datetime | None) -> float:
    """Return the age of the oldest change that is not on the target."""
    return round(max(0.0, (timezone.now() - oldest).total_seconds()), 1) if oldest else 0
