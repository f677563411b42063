"""Rows of execution as a target has them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from assemblies.execution.models import Manifest, WorkItem, WorkItemAttempt
from assemblies.targets.descriptor import MODELS, Table

Row = dict[str, Any]


def rows_by_key(table: Table, keys: Iterable[str]) -> list[Row]:
    """Return the rows with these primary keys as they are now; what retention removed is missing."""
    return _rows(table, list(MODELS[table.name]._default_manager.filter(pk__in=keys).order_by("pk")))


def rows_after(table: Table, position: str, limit: int) -> tuple[list[Row], str]:
    """Return the next rows in the order of the primary key, and where to go on; the same place at the end."""
    rows = MODELS[table.name]._default_manager.order_by("pk")
    found = list(rows.filter(pk__gt=position)[:limit] if position else rows[:limit])
    return _rows(table, found), str(found[-1].pk) if found else position


def _rows(table: Table, found: Sequence[Model]) -> list[Row]:
    more = _inherited(found)
    own = [column.name for column in table.columns]
    return [
        {name: taken[name] if name in taken else getattr(row, name) for name in own}
        for row, taken in zip(found, more, strict=True)
    ]


def _inherited(found: Sequence[Model]) -> list[Row]:
    """Return for each row what it takes over from the item or the run it belongs to."""
    attempts = [row for row in found if isinstance(row, WorkItemAttempt)]
    items = WorkItem.objects.filter(work_item_hash__in={attempt.work_item_hash for attempt in attempts})
    owners = {item.work_item_hash: item for item in items} if attempts else {}
    return [_taken(row, owners) for row in found]


def _taken(row: Model, owners: dict[str, WorkItem]) -> Row:
    match row:
        case WorkItemAttempt():
            item = owners[row.work_item_hash]
            return {"instance_id": item.instance_id, "actor": item.actor}
        case Manifest():
            # Runs may be swept; manifests stay, and say by whom they were submitted.
            return {"actor": json.loads(row.frozen_json).get("actor", "")}
    return {}
