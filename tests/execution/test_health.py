"""The health of a work item is the worst of what is known about it."""

from datetime import timedelta
from typing import Any

import pytest

from assemblies.execution.health import HealthLabel, HealthReason, health_of, store_health, usual_wait
from assemblies.execution.models import WorkItem
from assemblies.execution.worker_messages import started
from tests.execution.orders import NOW, claimed, enqueued

MINUTE = timedelta(minutes=1)


def work_item(**fields: Any) -> WorkItem:
    values = {"status": "Queued", "enqueued_at": NOW, "timeout_ms": 60_000, "max_attempts": 1}
    return WorkItem(**(values | fields))


def running(seconds: int, renewed_before: int = 0, **fields: Any) -> WorkItem:
    """Return an item that runs for that long and whose lease was renewed so many seconds ago."""
    started, lease = NOW - timedelta(seconds=seconds), NOW + timedelta(seconds=30 - renewed_before)
    return work_item(status="Running", attempt_number=1, started_at=started, lease_until=lease, **fields)


@pytest.mark.parametrize(
    ("item", "label", "reason"),
    [
        (work_item(), "Unknown", None),
        (running(1), "Healthy", HealthReason.TIMEOUT_PROXIMITY),
        (running(30), "Uncertain", HealthReason.TIMEOUT_PROXIMITY),
        (running(55), "Unhealthy", HealthReason.TIMEOUT_PROXIMITY),
        (running(600), "Unhealthy", HealthReason.TIMEOUT_PROXIMITY),
        (running(1, renewed_before=10), "Uncertain", HealthReason.EVENT_FRESHNESS),
        (running(1, renewed_before=29), "Unhealthy", HealthReason.EVENT_FRESHNESS),
        (work_item(attempt_number=3, max_attempts=4), "Uncertain", HealthReason.RETRY_BURN),
        (work_item(attempt_number=4, max_attempts=4), "Unhealthy", HealthReason.RETRY_BURN),
    ],
)
def test_the_worst_signal_counts(item: WorkItem, label: str, reason: HealthReason | None) -> None:
    health = health_of(item, usual=None, now=NOW)
    assert (health.label, health.reason) == (HealthLabel(label), reason)


@pytest.mark.parametrize(("minutes", "label"), [(1, "Healthy"), (2, "Uncertain"), (3, "Unhealthy"), (99, "Unhealthy")])
def test_a_wait_is_compared_with_what_others_waited(minutes: int, label: str) -> None:
    health = health_of(work_item(enqueued_at=NOW - minutes * MINUTE), usual=MINUTE, now=NOW)
    assert (health.label, health.reason) == (HealthLabel(label), HealthReason.QUEUE_WAIT)


@pytest.mark.django_db(databases=["default", "execution"])
def test_the_usual_wait_takes_twenty_items_and_leaves_the_slowest_out() -> None:
    enqueued(20)
    assert usual_wait() is None
    for number, item in enumerate(WorkItem.objects.order_by("id"), start=1):
        WorkItem.objects.filter(pk=item.pk).update(queue_wait_ms=number * 1000)
    assert usual_wait() == timedelta(seconds=19)


@pytest.mark.django_db(databases=["execution"])
def test_health_is_kept_when_its_label_changes_and_not_before(queue: None) -> None:
    enqueued()
    [item] = claimed()
    started(item.work_item_hash, 1, worker_id="worker-1", now=NOW)
    moments = [NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=29)]
    assert [store_health(now=moment) for moment in moments] == [1, 0, 1]
    item.refresh_from_db()
    assert (item.health_label, item.health_reason) == ("Unhealthy", "event_freshness")
    assert (item.health_computed_at, item.events_written) == (moments[-1], 3)
