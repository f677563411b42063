"""What a run executed, in two parts that are each written once: frozen at submission, sealed at the end."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.execution.states import Status


class RunMode(models.TextChoices):
    STANDARD = "standard", _("Run")
    TEST = "test", _("Test run")


class Manifest(models.Model):
    """`hash` is the SHA-256 of `frozen_json` and names the run. `sealed_json` is empty until every item has ended.

    Manifests are never deleted; a retention sweep leaves them, with the last event hash of each item in the seal.
    """

    hash = models.CharField(_("manifest"), max_length=64, primary_key=True)
    instance_id = models.CharField(max_length=36)
    run_id = models.CharField(_("run"), max_length=36, unique=True)
    operation_hash = models.CharField(_("assembly"), max_length=64, blank=True)
    operation_name = models.CharField(_("name"), max_length=255)
    status = models.CharField(_("status"), max_length=16, choices=Status)
    run_mode = models.CharField(max_length=16, choices=RunMode, default=RunMode.STANDARD)
    start_time = models.DateTimeField()
    stop_time = models.DateTimeField(null=True)
    elapsed_ms = models.PositiveBigIntegerField(null=True)
    frozen_json = models.TextField()
    sealed_json = models.TextField(blank=True)
    sealed_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "ba_manifest"
        verbose_name = _("manifest")
        verbose_name_plural = _("manifests")
        default_permissions = ("view",)
        ordering = ["-start_time"]
        indexes = [
            models.Index(fields=["status", "stop_time"], name="manifest_by_status"),
            models.Index(fields=["operation_hash"], name="manifest_by_assembly"),
        ]

    def __str__(self) -> str:
        return f"{self.hash} {self.status}"
