"""Leave out a row that the target rejects, so that those behind it are copied."""

from typing import Any

from django.db.models import Model
from django.utils import timezone

from assemblies.actions.permit import Permit
from assemblies.targets.administration import ALIAS, record_decision
from assemblies.targets.assignment import get_assignment
from assemblies.targets.descriptor import MODELS, table_named
from assemblies.targets.errors import NothingRejected
from assemblies.targets.models import State, Stream, StreamState
from assemblies.targets.outbox import pending
from devmode.write_lock import write_transaction


def skip_rejected(stream: Stream, *, permit: Permit) -> None:
    """Leave out the row that stopped a stream: the copy lacks it until it changes again.

    Raises NothingAssigned, NothingRejected.
    """
    assignment = get_assignment()
    state = StreamState.objects.filter(stream=stream, state=State.ERROR).first()
    if state is None or not (row := _find_row(state)):
        raise NothingRejected
    detail = {"stream": stream.value, **state.error_detail}
    record_decision(permit, assignment.connection.target.name, detail, now=timezone.now())
    with write_transaction(ALIAS):
        pending(stream).filter(table=row._meta.db_table, row_key=str(row.pk)).delete()
        facts: dict[str, Any] = {"state": State.WAITING, "probed_at": None}
        if state.bootstrapped_at is None:
            # The first copy goes on behind it.
            facts |= {"copy_table": row._meta.db_table, "copy_position": str(row.pk)}
        StreamState.objects.filter(stream=stream, assignment_guid=assignment.guid).update(**facts)


def _find_row(state: StreamState) -> Model | None:
    """Return the row that the error names."""
    name, key = state.error_detail.get("table"), state.error_detail.get("key")
    if not name or not key:
        return None
    columns = table_named(name).key[1:]
    return MODELS[name]._default_manager.filter(**dict(zip(columns, key.split(" "), strict=True))).first()
