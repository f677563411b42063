"""What can go wrong with runs, as named facts; the docstring is the message."""

from assemblies.errors import Refusal


class RunNotFound(Refusal):
    """The run was not found."""


class WorkItemNotFound(Refusal):
    """The work item was not found."""


class IllegalTransition(Refusal):
    """The work item cannot go from this status to that one."""


class AlreadyFinalized(Refusal):
    """The work item has ended; a later result changes nothing."""


class StaleAttempt(Refusal):
    """Another attempt of this work item is current; this result is not accepted."""


class EventConflict(Refusal):
    """Another event was recorded under this GUID."""


class QueueFull(Refusal):
    """Too many work items are queued; try again later."""


class ConfirmCountRequired(Refusal):
    """The run has many targets: send their number as confirm_count."""


class LocalWorkerOff(Refusal):
    """Runs on this server are switched off (BOREALIS_LOCAL_WORKER)."""
