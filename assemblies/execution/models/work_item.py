"""The queue: a work item's row is its place in it, its lease, and its state. Only `transitions` writes it."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.execution.states import CLAIMABLE, HELD, LIVE, Status


class WorkItemQuerySet(models.QuerySet["WorkItem"]):
    """States by name."""

    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def claimable(self) -> Self:
        """Those that wait for nothing but a worker."""
        return self.filter(status__in=CLAIMABLE, is_blocked=False)

    def held(self) -> Self:
        """Those that a worker has claimed and not finished."""
        return self.filter(status__in=HELD)

    def of_run(self, run_id: str) -> Self:
        return self.filter(run_id=run_id).order_by("id")


class WorkItem(models.Model):
    """One piece of work for one worker. `settings` says what to run and is frozen; times are UTC.

    `queue_position` is what the queue is ordered by: the time of enqueueing, moved ahead by PRIORITY_SECONDS for each
    step of priority, so that what waits long enough overtakes newer work of a higher priority.
    `predecessors` are the hashes of items of the same run that must complete first; `is_blocked` until they have.
    `events_written` and `last_event_hash` are the end of the item's event chain.
    """

    id = models.BigAutoField(primary_key=True)
    work_item_hash = models.CharField(_("work item"), max_length=40, unique=True)
    instance_id = models.CharField(max_length=36)
    run_id = models.CharField(_("run"), max_length=36)
    run_hash = models.CharField(max_length=64)
    node_hash = models.CharField(max_length=64, blank=True)
    parent_hash = models.CharField(max_length=40, blank=True)
    predecessors = models.JSONField(default=list)
    is_blocked = models.BooleanField(default=False)
    operation_hash = models.CharField(_("assembly"), max_length=64, blank=True)
    idempotency_key = models.CharField(max_length=200)
    capability = models.CharField(_("capability"), max_length=64)
    action = models.CharField(_("action"), max_length=64)
    settings = models.JSONField(default=dict)
    priority = models.IntegerField(_("priority"), default=0)
    queue_position = models.DateTimeField()
    affinity_key = models.CharField(max_length=200, blank=True)
    require_affinity_match = models.BooleanField(default=False)
    target_device = models.CharField(_("target"), max_length=36, blank=True)
    assigned_worker_id = models.CharField(_("worker"), max_length=100, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status)
    prior_status = models.CharField(max_length=16, choices=Status, blank=True)
    attempt_number = models.PositiveIntegerField(_("attempt"), default=0)
    max_attempts = models.PositiveIntegerField(default=1)
    retry_when_lost = models.BooleanField(default=False)
    retry_backoff_ms = models.PositiveIntegerField(default=5000)
    retry_after = models.DateTimeField(null=True)
    timeout_ms = models.PositiveBigIntegerField()
    lease_until = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    waiting_for = models.CharField(max_length=200, blank=True)
    cancel_requested = models.BooleanField(default=False)
    cancel_reason = models.CharField(max_length=500, blank=True)
    last_error = models.CharField(_("error"), max_length=2000, blank=True)
    result = models.JSONField(default=dict)
    revision = models.PositiveBigIntegerField(default=0)
    events_written = models.PositiveIntegerField(default=0)
    last_event_hash = models.CharField(max_length=64, blank=True)
    enqueued_at = models.DateTimeField(_("enqueued at"))
    assigned_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    completed_at = models.DateTimeField(_("ended at"), null=True)
    canceled_at = models.DateTimeField(null=True)
    stalled_at = models.DateTimeField(null=True)
    last_event_at = models.DateTimeField(null=True)
    queue_wait_ms = models.PositiveBigIntegerField(null=True)
    health = models.FloatField(null=True)
    health_label = models.CharField(max_length=16, blank=True)
    health_reason = models.CharField(max_length=64, blank=True)
    health_computed_at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=150)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        db_table = "ba_queue_workitem"
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        default_permissions = ("view",)
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["instance_id", "idempotency_key"], name="work_item_idempotency"),
        ]
        indexes = [
            models.Index(fields=["run_id", "id"], condition=models.Q(is_blocked=True), name="work_item_blocked"),
            models.Index(fields=["lost_at"], condition=models.Q(status="Stalled"), name="work_item_lost"),
            models.Index(fields=["status", "priority", "enqueued_at"], name="work_item_by_priority"),
            models.Index(fields=["status", "queue_position"], name="work_item_queue"),
            models.Index(fields=["assigned_worker_id", "status"], name="work_item_by_worker"),
            models.Index(fields=["run_id"], name="work_item_by_run"),
            models.Index(
                fields=["target_device", "status"], condition=~models.Q(target_device=""), name="work_item_by_device"
            ),
            models.Index(fields=["lease_until"], condition=models.Q(status__in=sorted(HELD)), name="work_item_lease"),
        ]

    def __str__(self) -> str:
        return f"{self.work_item_hash} {self.status}"


class Outcome(models.TextChoices):
    """How an attempt ended, or that it has not."""

    DISPATCHED = "Dispatched", _("Dispatched")
    COMPLETED = "Completed", _("Completed")
    FAILED = "Failed", _("Failed")
    TIMED_OUT = "TimedOut", _("Timed out")
    CANCELED = "Canceled", _("Canceled")
    STALLED = "Stalled", _("Stalled")


class WorkItemAttempt(models.Model):
    """One claim of an item by one worker. Output is counted here; the SHA-256 are those of each whole stream."""

    work_item_hash = models.CharField(max_length=40)
    attempt_number = models.PositiveIntegerField(_("attempt"))
    run_id = models.CharField(max_length=36)
    worker_id = models.CharField(_("worker"), max_length=100)
    dispatched_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    error = models.CharField(max_length=2000, blank=True)
    duration_ms = models.PositiveBigIntegerField(null=True)
    exit_code = models.IntegerField(null=True)
    output_bytes = models.PositiveBigIntegerField(default=0)
    output_dropped_bytes = models.PositiveBigIntegerField(default=0)
    stdout_sha256 = models.CharField(max_length=64, blank=True)
    stderr_sha256 = models.CharField(max_length=64, blank=True)
    revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        db_table = "ba_queue_workitemattempt"
        default_permissions = ("view",)
        ordering = ["work_item_hash", "attempt_number"]
        constraints = [
            models.UniqueConstraint(fields=["work_item_hash", "attempt_number"], name="attempt_of_work_item"),
        ]
        indexes = [models.Index(fields=["run_id"], name="attempt_by_run")]

    def __str__(self) -> str:
        return f"{self.work_item_hash} attempt {self.attempt_number}: {self.outcome}"


class WorkItemSecret(models.Model):
    """The encrypted credentials of a live item; handed over at claim, deleted in the transaction that ends the item."""

    work_item_hash = models.CharField(max_length=40, primary_key=True)
    ciphertext = models.BinaryField()

    class Meta:
        db_table = "ba_queue_secret"
        default_permissions = ()

    def __str__(self) -> str:
        return self.work_item_hash
