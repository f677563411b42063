"""How a device comes in: a code lets it ask, an administrator compares its fingerprint and decides."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class InstallCode(models.Model):
    """A code that lets devices ask to be enrolled. `uses` counts requests that wait or were approved."""

    code_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("made at"))
    created_by_id = models.BigIntegerField(null=True)
    created_by = models.CharField(_("made by"), max_length=150)
    expires_at = models.DateTimeField(_("expires at"))
    max_uses = models.PositiveIntegerField(_("devices"))
    uses = models.PositiveIntegerField(_("used"), default=0)

    class Meta:
        db_table = "ba_install_code"
        verbose_name = _("install code")
        verbose_name_plural = _("install codes")
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.pk} ({self.uses}/{self.max_uses})"

    def is_usable(self, now: datetime) -> bool:
        return now < self.expires_at and self.uses < self.max_uses


class ApprovalStatus(models.TextChoices):
    """Completed: the device has come for its tokens, which are handed out once."""

    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Approved")
    DENIED = "denied", _("Denied")
    COMPLETED = "completed", _("Completed")
    EXPIRED = "expired", _("Expired")


class DeviceApprovalQuerySet(models.QuerySet["DeviceApproval"]):
    """States by name. What is over is expired before `pending` is read."""

    def pending(self) -> Self:
        return self.filter(status=ApprovalStatus.PENDING)

    def over(self, now: datetime) -> Self:
        """Those that were not decided, or whose device did not come back, in time."""
        return self.filter(status__in=(ApprovalStatus.PENDING, ApprovalStatus.APPROVED), expires_at__lte=now)


class DeviceApproval(models.Model):
    """One request to be enrolled. Both nonces and the key are base64; a key is no proof until a poll has signed.

    A request never replaces another of the same fingerprint: anybody may send a public key that they have seen.
    `device` is set when it is approved; the device row is made then, its tokens when the device comes for them.
    """

    approval_reference = models.CharField(max_length=36, unique=True)
    install_code = models.ForeignKey(InstallCode, null=True, on_delete=models.SET_NULL, related_name="approvals")
    hostname = models.CharField(_("reported name"), max_length=255)
    public_key = models.CharField(max_length=200)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    client_nonce = models.CharField(max_length=400)
    server_nonce = models.CharField(max_length=44)
    remote_address = models.CharField(_("address"), max_length=45, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=ApprovalStatus, default=ApprovalStatus.PENDING)
    created_at = models.DateTimeField(_("requested at"))
    expires_at = models.DateTimeField(_("expires at"))
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    completed_at = models.DateTimeField(null=True)
    device = models.ForeignKey("fleet.Device", null=True, on_delete=models.SET_NULL, related_name="approvals")

    objects = DeviceApprovalQuerySet.as_manager()

    class Meta:
        db_table = "ba_device_approval"
        verbose_name = _("request for enrolment")
        verbose_name_plural = _("requests for enrolment")
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["status", "created_at"], name="approval_by_status"),
            models.Index(fields=["fingerprint", "status"], name="approval_by_fingerprint"),
        ]

    def __str__(self) -> str:
        return f"{self.hostname}: {self.status}"
