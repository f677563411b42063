"""What was run, read back from the assigned target: also what retention removed here. Nothing is decided by it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import Model

from assemblies.execution.models import Manifest, WorkItem, WorkItemEvent
from assemblies.targets.assignment import get_assignment
from assemblies.targets.descriptor import table_named
from assemblies.targets.schema import answering
from devmode.models.installation import Installation

Row = TypeVar("Row", bound=Model)
# Of one assembly; who wants the events of more asks by time.
MAX_RUNS = 5000


class Source(StrEnum):
    """Where an answer about runs was read."""

    LOCAL = "local"
    TARGET = "target"


def items_on_target(
    conditions: Mapping[str, Any], *, order: Sequence[str] = ("-enqueued_at",), offset: int = 0, limit: int
) -> tuple[list[WorkItem], int]:
    """Return a part of the work items, not to be saved, and how many there are.

    Raises NothingAssigned, ConnectionNotLive.
    """
    return _rows(WorkItem, conditions, [*order, "work_item_hash"], offset, limit)


def manifests_on_target(conditions: Mapping[str, Any], *, offset: int = 0, limit: int) -> tuple[list[Manifest], int]:
    """Return as `items_on_target` does, newest first."""
    return _rows(Manifest, conditions, ["-start_time", "hash"], offset, limit)


def newest_events_on_target(*, assembly: str = "", since: Any = None, limit: int) -> list[WorkItemEvent]:
    """Return events, newest first. Raises as `items_on_target` does."""
    conditions: dict[str, Any] = {"emitted_at__gte": since} if since else {}
    if assembly:
        manifests, _count = manifests_on_target({"operation_hash": assembly}, limit=MAX_RUNS)
        conditions["run_id__in"] = [manifest.run_id for manifest in manifests]
    return _rows(WorkItemEvent, conditions, ["-emitted_at", "-seq"], 0, limit)[0]


def events_of_run_on_target(run_id: str, *, limit: int) -> list[WorkItemEvent]:
    """Return the events of a run in order. Raises as `items_on_target` does."""
    return _rows(WorkItemEvent, {"run_id": run_id}, ["emitted_at", "work_item_hash", "seq"], 0, limit)[0]


def _rows(
    model: type[Row], conditions: Mapping[str, Any], order: Sequence[str], offset: int, limit: int
) -> tuple[list[Row], int]:
    # Several libraries may share a target.
    ours = dict(conditions) | {"instance_id": Installation.current().instance_id}
    with answering(get_assignment().connection) as engine:
        # Costs half a second, once and only where somebody reads from a target.
        from assemblies.targets.sql.selecting import select

        table = table_named(model._meta.db_table)
        rows, count = select(engine, table, ours, order=order, offset=offset, limit=limit)
    names = {field.name for field in model._meta.concrete_fields}
    return [model(**{name: value for name, value in row.items() if name in names}) for row in rows], count
