"""What a script printed, in numbered chunks of bytes as they came."""

from django.db import models


class Stream(models.TextChoices):
    STDOUT = "stdout"
    STDERR = "stderr"


class RunOutput(models.Model):
    """One chunk of at most 64 KiB. `seq` counts per attempt over both streams and orders them as they arrived."""

    run_id = models.CharField(max_length=36)
    work_item_hash = models.CharField(max_length=40)
    attempt_number = models.PositiveIntegerField()
    stream = models.CharField(max_length=8, choices=Stream)
    seq = models.PositiveIntegerField()
    content = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "ba_run_output"
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["work_item_hash", "attempt_number", "seq"], name="chunk_of_attempt"),
        ]
        indexes = [models.Index(fields=["run_id"], name="output_by_run")]

    def __str__(self) -> str:
        return f"{self.work_item_hash} attempt {self.attempt_number}: {self.stream} {self.seq}"
