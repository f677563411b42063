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
    """This worker does not hold this attempt of the work item; what it says is not accepted."""


class QueueFull(Refusal):
    """Too many work items are queued; try again later."""
