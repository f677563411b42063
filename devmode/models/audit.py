"""The audit: what was done or refused, by whom, from where. Append-only and chained by hash."""

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

# All that entries were about at first: their hashes, REST and exports have names for it that stay.
ASSEMBLY = "assembly"


class Outcome(models.TextChoices):
    SUCCESS = "success", _("Success")
    DENIED = "denied", _("Denied")
    FAILED = "failed", _("Failed")


class AuditEntry(models.Model):
    """One privileged operation or one refusal.

    Entries are never changed or removed, and verify for ever. Rules for changing this type:

    - `hash_version` decides what is under an entry's hash: `devmode.audit.hashing` has each spelling that entries were
      ever written in, and keeps it as it is.
    - A new column is hashed by a new version, and new entries are written with it; earlier entries keep theirs.
    - A column may be renamed, since a spelling has names of its own. No migration touches a value under a hash.
    - An event (`devmode.audit.events`) and an `Outcome` are never renamed or removed.
    - REST, exports and their filters call `scope` domain, and an assembly's `subject_id` assembly_guid, for ever.
    """

    sequence = models.BigIntegerField(_("sequence"), primary_key=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    actor = models.CharField(_("actor"), max_length=150)
    role = models.CharField(_("role"), max_length=16)
    remote_address = models.CharField(_("from"), max_length=64, blank=True)
    event = models.CharField(_("event"), max_length=64)
    scope = models.CharField(_("scope"), max_length=16, blank=True)
    subject_kind = models.CharField(_("kind of subject"), max_length=16, blank=True)
    subject_id = models.CharField(_("subject"), max_length=64, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    dev_mode = models.BooleanField(_("in Dev Mode"), default=False)
    detail = models.TextField(_("detail"), blank=True)
    previous_hash = models.CharField(_("previous hash"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)
    hash_version = models.PositiveSmallIntegerField(_("version of the hash"))

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-sequence"]
        default_permissions = ("view",)
        permissions = [("enter_dev_mode", gettext_noop("Can enter Dev Mode"))]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.event}, {self.actor}"

    @property
    def assembly_guid(self) -> str:
        """The subject where it is an assembly, as REST and exports name it."""
        return self.subject_id if self.subject_kind == ASSEMBLY else ""

    def read_detail(self) -> dict[str, Any]:
        """Return the facts that have no column. What somebody laid hands on stays readable as `unreadable`."""
        try:
            detail = json.loads(self.detail)
        except ValueError:
            detail = None
        return detail if isinstance(detail, dict) else {"unreadable": self.detail}


class AuditHead(models.Model):
    """The audit's last entry; the row every append locks."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"audit at {self.sequence}"
