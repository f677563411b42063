"""The tables of persistence targets, all in the database `execution`, in one transaction with what they copy."""

from assemblies.targets.models.outbox import OutboxEntry
from assemblies.targets.models.stream import State, Stream, StreamState, Watermark
from assemblies.targets.models.target import (
    Engine,
    PersistenceAssignment,
    PersistenceConnection,
    PersistenceTarget,
    SchemaReport,
)

__all__ = [
    "Engine",
    "OutboxEntry",
    "PersistenceAssignment",
    "PersistenceConnection",
    "PersistenceTarget",
    "SchemaReport",
    "State",
    "Stream",
    "StreamState",
    "Watermark",
]
