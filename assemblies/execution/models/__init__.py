"""The tables of execution, all in the database `execution`. Users are kept as id and name, without a foreign key."""

from assemblies.execution.models.defaults import ActionDefault, AffinityBinding
from assemblies.execution.models.event import EventSwept, WorkItemEvent
from assemblies.execution.models.manifest import Manifest, RunMode
from assemblies.execution.models.output import RunOutput
from assemblies.execution.models.run import ExecutionEpoch, Run
from assemblies.execution.models.work_item import Outcome, WorkItem, WorkItemAttempt, WorkItemSecret

__all__ = [
    "ActionDefault",
    "AffinityBinding",
    "EventSwept",
    "ExecutionEpoch",
    "Manifest",
    "Outcome",
    "Run",
    "RunMode",
    "RunOutput",
    "WorkItem",
    "WorkItemAttempt",
    "WorkItemEvent",
    "WorkItemSecret",
]
