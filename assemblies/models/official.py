"""What the official source said, and what came of each sync.

Both are written in the transaction that changes the official catalogue, so they never say more than the journal does.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.models.columns import GUID_LENGTH

ACTOR_LENGTH = 150
VERSION_LENGTH = 128
READER_LENGTH = 64


class UpstreamDocument(models.Model):
    """A document the official source published when it was read last.

    `read_from` is a `official.reading.Note` of the files that it was read from, with their SHA-256, as `reader` read
    them; both are empty where it did not come from files.
    """

    guid = models.CharField(_("GUID"), max_length=GUID_LENGTH, primary_key=True)
    content_hash = models.CharField(_("content hash"), max_length=64)
    path = models.TextField(_("path"))
    read_from = models.TextField(blank=True)
    reader = models.CharField(max_length=READER_LENGTH, blank=True)

    class Meta:
        verbose_name = _("published document")
        verbose_name_plural = _("published documents")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.guid} at {self.path}"


class SyncRecord(models.Model):
    """A fact: the official catalogue was synchronised, or a sync of it was undone or refused.

    The journal entries from `first_sequence` to `last_sequence` are this sync's and nobody else's. `counts` and
    `reasons` are JSON for people; `source` holds no credentials.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")

    recorded_at = models.DateTimeField(_("recorded at"))
    actor = models.CharField(_("actor"), max_length=ACTOR_LENGTH)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    source = models.TextField(_("source"))
    source_version = models.CharField(_("version"), max_length=VERSION_LENGTH, blank=True)
    previous_version = models.CharField(_("version before"), max_length=VERSION_LENGTH, blank=True)
    counts = models.JSONField(_("counts"), default=dict)
    reasons = models.JSONField(_("reasons"), default=list)
    duration_seconds = models.FloatField(_("seconds"), default=0)
    plan_digest = models.CharField(_("SHA-256 of the plan"), max_length=64, blank=True)
    first_sequence = models.BigIntegerField(_("first revision"), null=True)
    last_sequence = models.BigIntegerField(_("last revision"), null=True)
    undo_of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="undone_by", verbose_name=_("undoes")
    )

    class Meta:
        verbose_name = _("official sync")
        verbose_name_plural = _("official syncs")
        default_permissions = ("view",)
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M} {self.outcome} {self.source_version}".rstrip()
