"""An occurrence: one time of one job, and what came of it, the first time and again."""

from typing import Self
from uuid import UUID, uuid5

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from assemblies.execution.models import Run
from assemblies.execution.states import Status
from assemblies.schedules.models.job import Job
from assemblies.schedules.rules import NO_EXPIRE


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

    def to_decide(self) -> Self:
        """Those that wait and may begin (`is_first`), or may wait in vain: their job is disabled, or they expire.

        What may begin comes first; jobs come along with their components.
        """
        earlier = Occurrence.objects.live().filter(job=OuterRef("job"), scheduled_at__lt=OuterRef("scheduled_at"))
        in_vain = Q(job__enabled=False) | ~Q(job__expiration=NO_EXPIRE)
        rows = self.waiting().annotate(is_first=~Exists(earlier)).filter(Q(is_first=True) | in_vain)
        together = rows.select_related("job").prefetch_related("job__components")
        return together.order_by("-is_first", "scheduled_at", "id")

    def to_follow(self) -> Self:
        """Those whose runs are not where they were when they were written down last."""
        runs = Run.objects.filter(run_id=OuterRef("run_id"))
        waits = Q(Exists(runs.filter(status=Status.QUEUED)), status=OccurrenceStatus.PENDING)
        runs_on = Q(Exists(runs.filter(status=Status.RUNNING)), status=OccurrenceStatus.RUNNING)
        return self.live().filter(run_count__gt=0).exclude(Q(run_count=1) & (waits | runs_on)).select_related("job")

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

    # Annotated by `to_decide`.
    is_first: bool

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


class Rerun(models.Model):
    """New runs of an occurrence, from right before they are submitted until they have ended and that was told.

    The first of `run_ids` names them in events. The occurrence itself stays as it was.
    """

    id = models.BigAutoField(primary_key=True)
    occurrence = models.ForeignKey(Occurrence, on_delete=models.CASCADE, related_name="reruns")
    run_ids = models.JSONField(default=list)
    status = models.CharField(max_length=12, choices=OccurrenceStatus, default=OccurrenceStatus.PENDING)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "ba_scheduled_rerun"
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.occurrence_id} again: {self.status}"


def run_id_of(job: Job, occurrence: Occurrence, position: int) -> str:
    """Return the GUID of the run of the component at `position`."""
    name = f"{occurrence.scheduled_at:%Y-%m-%dT%H:%M:%S}Z" + (f"#{position}" if position else "")
    return str(uuid5(UUID(job.guid), name))
