"""How the queue of runs does as a whole, for probes, figures and the health page."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import Error as DatabaseError
from django.db.models import Count, Min
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from assemblies.execution.models import Run, WorkItem
from assemblies.execution.reading import summary
from assemblies.inspection.metrics import gauge


class RunFigures(Collector):
    """What is collected of runs for one scrape; nothing where their database cannot be asked."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        if figures := find_queue_figures(now=self.now):
            states = {"upcoming": figures.upcoming, "in_progress": figures.in_progress, "stalled": figures.stalled}
            yield gauge("work_items", "Work items that have not ended.", "state", states)
            yield gauge("work_items_waiting_for", "Those that no worker can carry out.", "what", figures.waiting_for)
            yield GaugeMetricFamily(
                "borealis_work_item_wait_seconds", "Age of the oldest item that waits.", figures.oldest_wait_seconds
            )
            yield GaugeMetricFamily("borealis_runs_unsealed", "Ended runs that the audit lacks.", figures.unsealed)


@dataclass(frozen=True)
class QueueFigures:
    """`oldest_wait_seconds` is of what could be claimed now, `workers` those that hold an item by a live lease.

    `waiting_for` counts items by what no worker has; `unsealed` are runs that ended and are not in the audit yet.
    """

    upcoming: int
    in_progress: int
    stalled: int
    oldest_wait_seconds: float
    workers: int
    waiting_for: dict[str, int]
    unsealed: int

    def json(self) -> dict[str, Any]:
        return asdict(self)


def find_queue_figures(*, now: datetime) -> QueueFigures | None:
    """Return the figures, or None where the database of runs cannot be asked."""
    try:
        return _queue_figures(now)
    except DatabaseError:
        return None


def _queue_figures(now: datetime) -> QueueFigures:
    # What has ended is most of the table, and none of the figures.
    counts = summary(WorkItem.objects.live())
    oldest = WorkItem.objects.claimable().aggregate(Min("enqueued_at"))["enqueued_at__min"]
    holders = WorkItem.objects.held().filter(lease_until__gt=now)
    return QueueFigures(
        upcoming=counts["Upcoming"],
        in_progress=counts["InProgress"],
        stalled=counts["Stalled"],
        # A clock that was set back makes nothing younger than it is.
        oldest_wait_seconds=max(0.0, round((now - oldest).total_seconds(), 1)) if oldest else 0.0,
        workers=holders.order_by().values("assigned_worker_id").distinct().count(),
        waiting_for=_waiting_for(),
        unsealed=Run.objects.finished().filter(sealed_at=None).count(),
    )


def _waiting_for() -> dict[str, int]:
    rows = WorkItem.objects.claimable().exclude(waiting_for="").order_by()
    return dict(rows.values_list("waiting_for").annotate(count=Count("id")))
