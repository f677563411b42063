"""An occurrence that somebody runs again."""

from django.db import models

from assemblies.schedules.models.occurrence import Occurrence, OccurrenceStatus


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
