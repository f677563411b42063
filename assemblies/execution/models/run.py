"""One run: who requested what, where, and what came of it. Its items carry the work."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.execution.states import LIVE, TERMINAL, Status


class RunQuerySet(models.QuerySet["Run"]):
    """States by name."""

    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def finished(self) -> Self:
        return self.filter(status__in=TERMINAL)


class Run(models.Model):
    """`status` follows from the items and is stored with each transition; `manifest_hash` names what was pinned."""

    run_id = models.CharField(_("run"), max_length=36, primary_key=True)
    instance_id = models.CharField(max_length=36)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.QUEUED)
    assembly_guid = models.CharField(_("assembly"), max_length=64, blank=True)
    display_name = models.CharField(_("name"), max_length=255)
    domain = models.CharField(_("source"), max_length=16, blank=True)
    revision = models.BigIntegerField(_("revision"), null=True)
    content_hash = models.CharField(_("content hash"), max_length=64)
    actor = models.CharField(_("actor"), max_length=150)
    actor_id = models.BigIntegerField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    targets = models.JSONField(_("targets"), default=list)
    rerun_of = models.CharField(max_length=36, blank=True)
    request_digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    sealed_at = models.DateTimeField(null=True)
    manifest_hash = models.CharField(_("manifest"), max_length=64)

    objects = RunQuerySet.as_manager()

    class Meta:
        db_table = "ba_run"
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        default_permissions = ("view",)
        ordering = ["-created_at", "run_id"]
        indexes = [
            models.Index(fields=["-created_at"], name="run_by_time"),
            models.Index(fields=["status", "-created_at"], name="run_by_status"),
            models.Index(fields=["assembly_guid", "-created_at"], name="run_by_assembly"),
            models.Index(fields=["rerun_of"], name="run_by_first"),
            models.Index(fields=["finished_at"], condition=models.Q(sealed_at=None), name="run_to_seal"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.display_name} {self.status}"


class ExecutionEpoch(models.Model):
    """One row: the installation that these runs belong to, as `default` named it when they were enqueued.

    A restore gives `default` another epoch. While the two differ nothing may be claimed: a claim first cancels every
    live item as restored and takes the new epoch over, so that nothing runs again by accident.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    epoch = models.CharField(max_length=36)

    class Meta:
        db_table = "ba_execution_epoch"
        default_permissions = ()

    def __str__(self) -> str:
        return self.epoch
