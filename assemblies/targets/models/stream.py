"""How far each stream of the copy is."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stream(models.TextChoices):
    QUEUE = "queue", _("Queue")
    MANIFEST = "manifest", _("Manifests")


class State(models.TextChoices):
    """The literals are fixed: other programs read them."""

    UNASSIGNED = "unassigned", _("Not assigned")
    WAITING = "waiting-for-beacon", _("Waiting for the target")
    BOOTSTRAPPING = "bootstrapping", _("First copy")
    BOOTSTRAPPED = "bootstrapped", _("Up to date")
    ERROR = "error", _("Error")


class StreamState(models.Model):
    """One row a stream while a target is assigned.

    `last_error` is a code, `error_detail` names table and key where a row was rejected. `first_xid` is the first
    PostgreSQL transaction that is sure to have seen the assignment: the first copy begins once all before it are over.
    `copy_table` and `copy_position` are where the first copy goes on, after a restart too.
    """

    stream = models.CharField(max_length=16, choices=Stream, primary_key=True)
    assignment_guid = models.CharField(max_length=36)
    state = models.CharField(max_length=24, choices=State)
    last_error = models.CharField(max_length=64, blank=True)
    error_detail = models.JSONField(default=dict)
    assigned_at = models.DateTimeField()
    bootstrapped_at = models.DateTimeField(null=True)
    probed_at = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(null=True)
    first_xid = models.BigIntegerField(null=True)
    copy_table = models.CharField(max_length=64, blank=True)
    copy_position = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "ba_persistence_streamstate"
        default_permissions = ()
        ordering = ["stream"]

    def __str__(self) -> str:
        return f"{self.stream}: {self.state}"


class Watermark(models.Model):
    """The last outbox entry of a stream that is committed on the target. The target is first, the mark follows it."""

    stream = models.CharField(max_length=16, choices=Stream, primary_key=True)
    xid = models.BigIntegerField(default=0)
    entry_id = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ba_persistence_watermark"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.stream}: {self.xid}, {self.entry_id}"
