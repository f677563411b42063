"""One table with what a document says."""

from django.db import models


class Script(models.Model):
    """A script and what is said of it."""

    objects: "models.Manager[Script]" = models.Manager()

    guid = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=255)
    description = models.TextField()
    type = models.CharField(max_length=16, db_index=True)
    script = models.TextField()
    timeout_seconds = models.IntegerField()
    variables = models.JSONField()
    tags = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "plain"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
