"""What happened to the occurrences of jobs, in order: for those who follow it as a stream."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobEvent(models.Model):
    """One event of an occurrence with runs. It says what REST says of jobs; the newest MAX_JOB_EVENTS are kept.

    Jobs are named by their id without a foreign key: who follows them is told of those that were deleted since.
    """

    STARTED, COMPLETED = "job_run_started", "job_run_completed"

    id = models.BigAutoField(primary_key=True)
    event_guid = models.CharField(max_length=36, unique=True)
    event_type = models.CharField(max_length=24)
    job_id = models.BigIntegerField()
    job_name = models.CharField(max_length=200)
    occurrence_id = models.BigIntegerField()
    scheduled_at = models.DateTimeField()
    run_id = models.CharField(max_length=36)
    status = models.CharField(max_length=12)
    emitted_at = models.DateTimeField()

    class Meta:
        db_table = "ba_scheduled_event"
        verbose_name = _("event of a job")
        verbose_name_plural = _("events of jobs")
        default_permissions = ()
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.job_id} {self.scheduled_at:%Y-%m-%dT%H:%M:%SZ}: {self.event_type}"
