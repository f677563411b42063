"""An occurrence: one time of one job, and what came of it."""

from typing import Self
from uuid import UUID, uuid5

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.schedules.models.job import Job


class OccurrenceStatus(models.TextChoices):
    """What became of an occurrence; that of one with a run follows from the run until it has ended."""

    PENDING = "Pending", _("Pending")
    RUNNING = "Running", _("Running")
    SUCCESS = "Success", _("Success")
    FAILED = "Failed", _("Failed")
    TIMED_OUT = "Timed Out", _("Timed out")
    EXPIRED = "Expired", _("Expired")
    SKIPPED = "Skipped", _("Skipped")
    CANCELED = "Canceled", _("Canceled")


LIVE = frozenset({OccurrenceStatus.PENDING, OccurrenceStatus.RUNNING})


class OccurrenceQuerySet(models.QuerySet["Occurrence"]):
    """States by name."""

    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def waiting(self) -> Self:
        """Those that have come and wait for the one before."""
        return self.filter(status=OccurrenceStatus.PENDING, run_count=0)

    def visible(self) -> Self:
        return self.filter(is_hidden=False)


class Occurrence(models.Model):
    """Unique per job and time, and inserted with its runs in one transaction: that is what makes schedulers safe.

    Each component has a run; their GUIDs follow from job, time and position, so that two schedulers that meet name the
    same ones. `run_id` is the first of `run_count`. `counts` are of work items by status, when all have ended.
    `missed` are other times that were left out in favour of this one. `reason` is a code, `detail` says it in words.
    """

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="occurrences")
    scheduled_at = models.DateTimeField(_("scheduled at"))
    status = models.CharField(_("status"), max_length=12, choices=OccurrenceStatus)
    reason = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    run_id = models.CharField(_("run"), max_length=36, blank=True)
    run_count = models.PositiveSmallIntegerField(default=0)
    targets = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    missed = models.PositiveIntegerField(default=0)
    is_hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("ended at"), null=True)

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        db_table = "ba_scheduled_occurrence"
        verbose_name = _("occurrence of a job")
        verbose_name_plural = _("occurrences of jobs")
        default_permissions = ("view",)
        ordering = ["-scheduled_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["job", "scheduled_at"], name="occurrence_of_job")]
        indexes = [
            models.Index(fields=["scheduled_at"], name="occurrence_by_time"),
            models.Index(fields=["status"], condition=models.Q(status__in=sorted(LIVE)), name="occurrence_live"),
            models.Index(fields=["run_id"], name="occurrence_by_run"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.scheduled_at:%Y-%m-%dT%H:%M:%SZ}: {self.status}"

    @property
    def waits(self) -> bool:
        """Whether it has come and waits for the one before."""
        return self.status == OccurrenceStatus.PENDING and not self.run_count

    def run_ids(self) -> list[str]:
        """Return the GUIDs of its runs, in the order of the job's components."""
        return [run_id_of(self.job, self, position) for position in range(self.run_count)]


def run_id_of(job: Job, occurrence: Occurrence, position: int) -> str:
    """Return the GUID of the run of the component at `position`."""
    name = f"{occurrence.scheduled_at:%Y-%m-%dT%H:%M:%S}Z" + (f"#{position}" if position else "")
    return str(uuid5(UUID(job.guid), name))
