"""What `default` knows of the replicas: how far each is, and when it got there.

Written after the domain's own commit, so it may lag behind the domain database and never leads it.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.domains import Domain


class DomainState(models.Model):
    """How far a domain's replica is, and what went wrong last."""

    domain = models.CharField(_("domain"), max_length=16, choices=Domain, primary_key=True)
    persisted_sequence = models.BigIntegerField(_("persisted up to"), default=0)
    last_flush_at = models.DateTimeField(_("last flush"), null=True)
    last_attempt_at = models.DateTimeField(_("last attempt"), null=True)
    attempts = models.PositiveIntegerField(_("failed attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    version = models.BigIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("domain state")
        verbose_name_plural = _("domain states")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.get_domain_display()}, {self.persisted_sequence}"


class Flush(models.Model):
    """A fact: at this time the domain's replica held every entry up to this one."""

    domain = models.CharField(_("domain"), max_length=16, choices=Domain)
    persisted_sequence = models.BigIntegerField(_("persisted up to"))
    flushed_at = models.DateTimeField(_("flushed at"))

    class Meta:
        verbose_name = _("flush")
        verbose_name_plural = _("flushes")
        default_permissions = ("view",)
        ordering = ["persisted_sequence"]
        indexes = [models.Index(fields=["domain", "persisted_sequence"], name="flush_by_domain")]

    def __str__(self) -> str:
        return f"{self.get_domain_display()}, {self.persisted_sequence}"
