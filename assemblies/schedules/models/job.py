"""A job: what is to be run, where and when, and who answers for it."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.execution.local import SERVER
from assemblies.schedules.due import Misfire, Overlap
from assemblies.schedules.rules import MAX_CRON_LENGTH, NO_EXPIRE, Rule, ScheduleType, read_expiration

MAX_JOB_NAME_LENGTH = 200


class ExecutionContext(models.TextChoices):
    """The account that scripts run as, where it can be chosen."""

    SYSTEM = "system", _("System")


class JobQuerySet(models.QuerySet["Job"]):
    """States by name."""

    def due(self, now: datetime) -> Self:
        """Those with a time that has come, the longest due first."""
        return self.filter(enabled=True, next_at__lte=now).order_by("next_at", "id")


class Job(models.Model):
    """One schedule. `editor_id` and `editor_name` are of the user whose rights its occurrences are checked by.

    Due are times later than `armed_at` (the job's creation, its last enabling, or the last change of its times) and
    later than `considered_until`, the newest time that was decided about. `next_at` is the next of them, kept so that
    the scheduler finds what is due by one index; it is None when no time is left. `revision` counts changes.
    """

    id = models.BigAutoField(primary_key=True)
    guid = models.CharField(max_length=36, unique=True)
    name = models.CharField(_("name"), max_length=MAX_JOB_NAME_LENGTH)
    targets = models.JSONField(_("targets"), default=list)
    schedule_type = models.CharField(_("schedule"), max_length=24, choices=ScheduleType)
    start_at = models.DateTimeField(_("start"))
    cron = models.CharField(_("cron rule"), max_length=MAX_CRON_LENGTH, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    expiration = models.CharField(_("expiration"), max_length=16, default=NO_EXPIRE)
    execution_context = models.CharField(max_length=24, choices=ExecutionContext, default=ExecutionContext.SYSTEM)
    misfire = models.CharField(_("missed times"), max_length=8, choices=Misfire, default=Misfire.ONCE)
    overlap = models.CharField(_("overlapping runs"), max_length=8, choices=Overlap, default=Overlap.SKIP)
    enabled = models.BooleanField(_("enabled"), default=True)
    disabled_reason = models.CharField(max_length=64, blank=True)
    armed_at = models.DateTimeField()
    considered_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField(_("next time"), null=True)
    revision = models.PositiveIntegerField(default=1)
    editor_id = models.BigIntegerField()
    editor_name = models.CharField(_("last edited by"), max_length=150)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))

    objects = JobQuerySet.as_manager()

    class Meta:
        db_table = "ba_scheduled_job"
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        default_permissions = ("view",)
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["next_at"], condition=models.Q(enabled=True), name="job_by_next_time")]

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> Rule:
        return Rule(type=ScheduleType(self.schedule_type), start=self.start_at, cron=self.cron, zone=self.zone)

    @property
    def due_after(self) -> datetime:
        """The time that due times are later than. What is due immediately is due from its own start on."""
        armed = self.armed_at
        if self.schedule_type == ScheduleType.IMMEDIATELY:
            armed = min(armed, self.start_at - timedelta(seconds=1))
        return max(armed, self.considered_until or armed)

    @property
    def runs_on_server(self) -> bool:
        return SERVER in self.targets

    def expires_at(self, scheduled_at: datetime) -> datetime | None:
        """Return until when an occurrence may wait to begin, or None if for ever. Raises InvalidField."""
        lifetime = read_expiration(self.expiration)
        return None if lifetime is None else scheduled_at + lifetime

    def is_expired(self, scheduled_at: datetime, now: datetime) -> bool:
        """Say whether an occurrence has waited too long. Raises InvalidField."""
        expires_at = self.expires_at(scheduled_at)
        return expires_at is not None and expires_at <= now

    def find_next(self) -> datetime | None:
        """Return the next due time, or None when there is none any more. Raises InvalidField."""
        return next(self.rule.times_after(self.due_after), None)


class Component(models.Model):
    """One assembly of a job. `pinned` has, for what runs on this server, each content hash by GUID as it was confirmed.

    `variables` are as they were given, credentials as `[secret]`; these are encrypted in `ciphertext`. `given_name` is
    the older name by which the assembly was named, if it was.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="components")
    position = models.PositiveSmallIntegerField()
    assembly_guid = models.CharField(_("assembly"), max_length=64)
    given_name = models.CharField(max_length=500, blank=True)
    variables = models.JSONField(default=dict)
    ciphertext = models.BinaryField(default=bytes)
    pinned = models.JSONField(default=dict)

    class Meta:
        db_table = "ba_scheduled_component"
        verbose_name = _("component of a job")
        verbose_name_plural = _("components of jobs")
        default_permissions = ()
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="component_of_job")]
        indexes = [models.Index(fields=["assembly_guid"], name="component_by_assembly")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.position}: {self.assembly_guid}"
