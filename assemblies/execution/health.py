"""How well a live work item does: the worst of what is known about it, computed when somebody looks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.execution.claim import LEASE
from assemblies.execution.leases import HEARTBEAT
from assemblies.execution.models import WorkItem
from assemblies.execution.states import HELD, WAITING, Status
from assemblies.execution.transitions import ALIAS
from devmode.write_lock import write_transaction

HEALTHY_FROM, UNCERTAIN_FROM = 0.6, 0.3
MIN_SAMPLES, MAX_SAMPLES = 20, 500
# Of what runs, and of what waits next: enough for every node there is, and a bounded write.
MAX_STORED = 500


class HealthLabel(models.TextChoices):
    HEALTHY = "Healthy", _("Healthy")
    UNCERTAIN = "Uncertain", _("Uncertain")
    UNHEALTHY = "Unhealthy", _("Unhealthy")
    UNKNOWN = "Unknown", _("Unknown")


class HealthReason(models.TextChoices):
    RETRY_BURN = "retry_burn", _("few attempts are left")
    QUEUE_WAIT = "queue_wait", _("it waits longer than others did")
    TIMEOUT_PROXIMITY = "timeout_proximity", _("its timeout is near")
    EVENT_FRESHNESS = "event_freshness", _("its worker has not been heard of")


@dataclass(frozen=True)
class Health:
    """A score from 0 to 1 and what it is due to; of an item that nothing is known about, neither."""

    score: float | None = None
    reason: HealthReason | None = None

    @property
    def label(self) -> HealthLabel:
        if self.score is None:
            return HealthLabel.UNKNOWN
        if self.score >= HEALTHY_FROM:
            return HealthLabel.HEALTHY
        return HealthLabel.UNCERTAIN if self.score >= UNCERTAIN_FROM else HealthLabel.UNHEALTHY


def with_health(items: Sequence[WorkItem], *, now: datetime) -> list[tuple[WorkItem, Health]]:
    """Return each item with its health; of one that has ended nothing is known any more."""
    is_live = any(not Status(item.status).is_terminal for item in items)
    usual = usual_wait() if is_live else None
    return [
        (item, Health() if Status(item.status).is_terminal else health_of(item, usual=usual, now=now)) for item in items
    ]


def store_health(*, now: datetime) -> int:
    """Keep the health of what is live where its label changed, and return of how many items that was.

    It is computed whenever somebody looks; what is kept is for who reads the table. Outside of any transition: it is
    no fact of the item's history, and a write that loses to one changes nothing that matters.
    """
    held = list(WorkItem.objects.held().order_by("id")[:MAX_STORED])
    waiting = list(WorkItem.objects.filter(status__in=WAITING).order_by("queue_position", "id")[:MAX_STORED])
    changed = [
        (item, health) for item, health in with_health([*held, *waiting], now=now) if item.health_label != health.label
    ]
    if changed:
        with write_transaction(ALIAS):
            for item, health in changed:
                WorkItem.objects.filter(pk=item.pk).update(
                    health=health.score,
                    health_label=health.label,
                    health_reason=health.reason or "",
                    health_computed_at=now,
                )
    return len(changed)


def usual_wait() -> timedelta | None:
    """Return how long 95 of 100 of the last items waited at most, or None while there are too few to tell."""
    rows = WorkItem.objects.exclude(queue_wait_ms=None).order_by("-id").values_list("queue_wait_ms", flat=True)
    waits: Sequence[int] = sorted(wait for wait in rows[:MAX_SAMPLES] if wait is not None)
    if len(waits) < MIN_SAMPLES:
        return None
    return timedelta(milliseconds=waits[ceil(len(waits) * 0.95) - 1])


def health_of(item: WorkItem, *, usual: timedelta | None, now: datetime) -> Health:
    """Return the health of a live item; `usual` is the `usual_wait` of the queue."""
    signals = {reason: min(1.0, max(0.0, score)) for reason, score in _signals(item, usual, now)}
    if not signals:
        return Health()
    worst = min(signals, key=signals.__getitem__)
    return Health(signals[worst], worst)


def _signals(item: WorkItem, usual: timedelta | None, now: datetime) -> Iterator[tuple[HealthReason, float]]:
    status = Status(item.status)
    # An attempt that is made has not failed: with one attempt allowed nothing is used up by making it.
    if item.attempt_number:
        yield HealthReason.RETRY_BURN, 1 - (item.attempt_number - 1) / item.max_attempts
    if status in WAITING and usual:
        yield HealthReason.QUEUE_WAIT, 1 - (now - item.enqueued_at) / (3 * usual)
    if status in HELD and item.started_at:
        yield HealthReason.TIMEOUT_PROXIMITY, 1 - (now - item.started_at) / timedelta(milliseconds=item.timeout_ms)
    if status in HELD and item.lease_until:
        yield HealthReason.EVENT_FRESHNESS, 1 - (now - (item.lease_until - LEASE)) / (2 * HEARTBEAT)
