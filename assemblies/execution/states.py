"""The states of a work item, and every edge between them. Whatever is not listed here cannot happen.

Pure: nothing here knows of rows, workers or requests.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models
from django.utils.translation import gettext_lazy as _

# Who does what time or another item brings about.
SYSTEM = "borealis-system"


class Status(models.TextChoices):
    """Where a work item is; a run's status is derived from those of its items."""

    QUEUED = "Queued", _("Queued")
    ASSIGNED = "Assigned", _("Assigned")
    DISPATCHED = "Dispatched", _("Dispatched")
    RUNNING = "Running", _("Running")
    STALLED = "Stalled", _("Stalled")
    RETRY_SCHEDULED = "RetryScheduled", _("Retry scheduled")
    COMPLETED = "Completed", _("Completed")
    FAILED = "Failed", _("Failed")
    TIMED_OUT = "TimedOut", _("Timed out")
    CANCELED = "Canceled", _("Canceled")

    @property
    def is_terminal(self) -> bool:
        return self in TERMINAL


WAITING = frozenset({Status.QUEUED, Status.ASSIGNED, Status.RETRY_SCHEDULED})
CLAIMABLE = frozenset({Status.QUEUED, Status.ASSIGNED})
HELD = frozenset({Status.DISPATCHED, Status.RUNNING, Status.STALLED})
LIVE = WAITING | HELD
# What "again, only what failed" takes.
UNSUCCESSFUL = frozenset({Status.FAILED, Status.TIMED_OUT})
TERMINAL = frozenset({Status.COMPLETED, Status.FAILED, Status.TIMED_OUT, Status.CANCELED})


class EventType(models.TextChoices):
    """What happened to a work item."""

    ENQUEUED = "enqueued", _("Submitted")
    DISPATCHED = "dispatched", _("Taken by a worker")
    STARTED = "started", _("Started")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    TIMED_OUT = "timed_out", _("Timed out")
    RETRY_SCHEDULED = "retry_scheduled", _("Will be tried again")
    REQUEUED = "requeued", _("Waits again")
    STALLED = "stalled", _("Its worker does not answer")
    UNSTALLED = "unstalled", _("Its worker answers again")
    CANCEL_REQUESTED = "cancel_requested", _("Cancel requested")
    CANCELED = "canceled", _("Canceled")
    EXPIRED = "expired", _("Expired before it began")
    RESTORED = "restored", _("Canceled by a restore")
    # Facts that change no status.
    REORDERED = "reordered", _("Moved in the queue")
    LATE_RESULT = "late_result", _("A result came too late")


Edge = tuple[Status | None, Status]


def _edges(origins: frozenset[Status], target: Status) -> frozenset[Edge]:
    return frozenset((origin, target) for origin in origins)


# A claim that is canceled keeps its status until its worker has swept every process, or is gone.
EDGES: Mapping[EventType, frozenset[Edge]] = MappingProxyType(
    {
        EventType.ENQUEUED: frozenset({(None, Status.QUEUED), (None, Status.ASSIGNED)}),
        EventType.DISPATCHED: _edges(CLAIMABLE, Status.DISPATCHED),
        EventType.STARTED: frozenset({(Status.DISPATCHED, Status.RUNNING)}),
        EventType.COMPLETED: _edges(frozenset({Status.DISPATCHED, Status.RUNNING}), Status.COMPLETED),
        EventType.FAILED: _edges(HELD, Status.FAILED),
        EventType.TIMED_OUT: _edges(HELD, Status.TIMED_OUT),
        EventType.RETRY_SCHEDULED: _edges(HELD, Status.RETRY_SCHEDULED),
        EventType.REQUEUED: frozenset({(Status.RETRY_SCHEDULED, Status.QUEUED)}),
        EventType.STALLED: _edges(frozenset({Status.DISPATCHED, Status.RUNNING}), Status.STALLED),
        EventType.UNSTALLED: frozenset({(Status.STALLED, Status.DISPATCHED), (Status.STALLED, Status.RUNNING)}),
        EventType.CANCEL_REQUESTED: frozenset((status, status) for status in HELD),
        EventType.CANCELED: _edges(LIVE, Status.CANCELED),
        EventType.EXPIRED: _edges(WAITING, Status.CANCELED),
        EventType.RESTORED: _edges(LIVE, Status.CANCELED),
        EventType.REORDERED: frozenset((status, status) for status in CLAIMABLE),
        EventType.LATE_RESULT: frozenset((status, status) for status in TERMINAL),
    }
)


def is_legal(event: EventType, origin: Status | None, target: Status) -> bool:
    return (origin, target) in EDGES[event]


def counts_as(status: str) -> Status:
    """Return what of a status the run's depends on: each that is live and claimed counts alike, and so do those that
    wait."""
    if status in CLAIMABLE:
        return Status.QUEUED
    return Status.RUNNING if status in LIVE else Status(status)


def run_status(counts: Mapping[Status, int]) -> Status:
    """Return the status of a run with `counts` of its items by status."""
    present = {status for status, count in counts.items() if count}
    if present <= CLAIMABLE:
        return Status.QUEUED
    if present & LIVE:
        return Status.RUNNING
    for worst in (Status.FAILED, Status.TIMED_OUT, Status.CANCELED):
        if worst in present:
            return worst
    return Status.COMPLETED
