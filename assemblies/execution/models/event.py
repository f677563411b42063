"""What happened to each work item, in order. Append-only: triggers of the database refuse UPDATE and DELETE."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.execution.states import Status


class WorkItemEvent(models.Model):
    """One event; `seq` counts per item from 1 and `chained_hash` covers the event and the hash before it.

    Who adds a column must leave `events.HASHED_FIELDS` alone: events written before must verify for ever.
    """

    event_guid = models.CharField(max_length=36, unique=True)
    instance_id = models.CharField(max_length=36)
    run_id = models.CharField(max_length=36)
    work_item_hash = models.CharField(max_length=40)
    seq = models.PositiveIntegerField()
    event_type = models.CharField(_("event"), max_length=32)
    from_status = models.CharField(max_length=16, choices=Status, blank=True)
    to_status = models.CharField(max_length=16, choices=Status, blank=True)
    attempt_number = models.PositiveIntegerField(default=0)
    worker_id = models.CharField(max_length=100, blank=True)
    actor = models.CharField(_("actor"), max_length=150)
    payload = models.TextField(blank=True)
    emitted_at = models.DateTimeField(_("time"))
    chained_hash = models.CharField(max_length=64)

    class Meta:
        db_table = "ba_queue_workitemevent"
        verbose_name = _("event of a work item")
        verbose_name_plural = _("events of work items")
        default_permissions = ("view",)
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["work_item_hash", "seq"], name="event_of_work_item")]
        indexes = [models.Index(fields=["run_id"], name="event_by_run")]

    def __str__(self) -> str:
        return f"{self.work_item_hash} {self.seq}: {self.event_type}"


class EventSwept(models.Model):
    """While this one row exists, in the retention sweep's own transaction, the trigger lets events be deleted."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)

    class Meta:
        db_table = "ba_event_sweep"
        default_permissions = ()

    def __str__(self) -> str:
        return "sweeping"
