"""What a target's tables look like: one JSON text, `descriptor.json`, made from the models of execution.

The key of every table begins with the instance, so that several libraries may share a target. What only the queue of
this library needs stays here: surrogate keys, leases, health, places in the queue.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import models

from assemblies.execution.models import Manifest, WorkItem, WorkItemAttempt, WorkItemEvent
from assemblies.targets.models import Stream

FILE = Path(__file__).with_name("descriptor.json")
FORMAT = 1
# Changed without a transition, or meaningless outside of this queue.
LOCAL = frozenset(
    (
        "id lease_until lost_at is_blocked waiting_for queue_position "
        "health health_label health_reason health_computed_at"
    ).split()
)
# Columns that a row takes over from the item or the run it belongs to.
INHERITED: Mapping[type[models.Model], tuple[str, ...]] = {
    WorkItemAttempt: ("instance_id", "actor"),
    Manifest: ("actor",),
}
KINDS: tuple[tuple[type["models.Field[Any, Any]"], str], ...] = (
    (models.JSONField, "json"),
    (models.TextField, "text"),
    (models.CharField, "string"),
    (models.BooleanField, "boolean"),
    (models.DateTimeField, "time"),
    (models.IntegerField, "integer"),
)


@dataclass(frozen=True, kw_only=True)
class Column:
    """`kind` is one of KINDS; `length` is that of a string."""

    name: str
    kind: str
    length: int | None = None
    nullable: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of a target.

    A row is replaced by one whose `order` columns, compared in turn, are not lower, and only as long as its column
    `once` is empty or the same. A row of a table that has neither never changes.
    """

    name: str
    stream: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    indexes: tuple[tuple[str, ...], ...]
    order: tuple[str, ...] = ()
    once: str = ""

    def key_of(self, row: Mapping[str, Any]) -> str:
        """Return the key of a row, without the instance, for people."""
        return " ".join(str(row[name]) for name in self.key[1:])


# In the order of the first copy: what others name comes first.
SOURCES: Mapping[type[models.Model], tuple[Stream, tuple[str, ...]]] = {
    WorkItem: (Stream.QUEUE, ("instance_id", "work_item_hash")),
    WorkItemAttempt: (Stream.QUEUE, ("instance_id", "work_item_hash", "attempt_number")),
    WorkItemEvent: (Stream.QUEUE, ("instance_id", "event_guid")),
    Manifest: (Stream.MANIFEST, ("instance_id", "hash")),
}
ORDER: Mapping[type[models.Model], tuple[str, ...]] = {
    # Each step writes an event, also one that leaves the status and so the revision as they are.
    WorkItem: ("revision", "events_written"),
    WorkItemAttempt: ("revision",),
}
ONCE: Mapping[type[models.Model], str] = {Manifest: "sealed_hash"}
MODELS: Mapping[str, type[models.Model]] = {model._meta.db_table: model for model in SOURCES}


@cache
def tables() -> tuple[Table, ...]:
    """Return what `descriptor.json` says."""
    described = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Table(
            name=table["name"],
            stream=table["stream"],
            key=tuple(table["key"]),
            columns=tuple(Column(**column) for column in table["columns"]),
            indexes=tuple(tuple(names) for names in table["indexes"]),
            order=tuple(table["order"]),
            once=table["once"],
        )
        for table in described["tables"]
    )


def table_named(name: str) -> Table:
    return next(table for table in tables() if table.name == name)


def tables_of(stream: str) -> list[Table]:
    return [table for table in tables() if table.stream == stream]


def describe() -> str:
    """Return what `descriptor.json` ought to say by the models of execution."""
    described = {"format": FORMAT, "tables": [asdict(_table(model)) for model in SOURCES]}
    return json.dumps(described, indent=1) + "\n"


def _table(model: type[models.Model]) -> Table:
    stream, key = SOURCES[model]
    columns = {column.name: column for column in _columns(model)}
    indexes = tuple(
        tuple(index.fields)
        for index in model._meta.indexes
        if index.condition is None and all(name in columns for name in index.fields)
    )
    return Table(
        name=model._meta.db_table,
        stream=stream.value,
        key=key,
        columns=tuple(columns.values()),
        indexes=indexes,
        order=ORDER.get(model, ()),
        once=ONCE.get(model, ""),
    )


def _columns(model: type[models.Model]) -> Iterator[Column]:
    inherited = [field for field in WorkItem._meta.concrete_fields if field.name in INHERITED.get(model, ())]
    for field in [*inherited, *(field for field in model._meta.concrete_fields if field.name not in LOCAL)]:
        kind = next(kind for base, kind in KINDS if isinstance(field, base))
        length = field.max_length if kind == "string" else None
        yield Column(name=field.name, kind=kind, length=length, nullable=field.null)
