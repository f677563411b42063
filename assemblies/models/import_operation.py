"""Imports of many documents, which go on after their request was answered."""

from django.db import models


class ImportOperation(models.Model):
    """One import: how far it is, and what it came to. It ends in the transaction that imports, or not at all.

    `digest` is that of the request, where one came with an Idempotency-Key; `refusals` are the files of the archive
    that were not imported; `error` is `{code, message}` of one that failed.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.CharField(max_length=36, primary_key=True)
    actor = models.CharField(max_length=150)
    digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refusals = models.JSONField(default=list)
    error = models.JSONField(null=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.id
