"""A device: what it is called, what it is known by, what it reported about itself, and whether it may work."""

from typing import Self

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class DeviceStatus(models.TextChoices):
    """Whether a device may work. Only the first two keep their name: another device may have that of the others."""

    ACTIVE = "active", _("Active")
    QUARANTINED = "quarantined", _("Quarantined")
    REVOKED = "revoked", _("Revoked")
    DECOMMISSIONED = "decommissioned", _("Decommissioned")


ENROLLED = (DeviceStatus.ACTIVE, DeviceStatus.QUARANTINED)


class DeviceQuerySet(models.QuerySet["Device"]):
    """States by name."""

    def enrolled(self) -> Self:
        """Those whose tokens are accepted."""
        return self.filter(status__in=ENROLLED)

    def named(self, hostname: str) -> Self:
        """Those that keep this name; hostnames do not tell upper case from lower case."""
        return self.enrolled().filter(hostname__iexact=hostname)


class Device(models.Model):
    """One machine. `guid` is an upper-case UUID; `hostname` is what an administrator approved it as.

    `reported_hostname`, `capabilities` and `inventory` are what the device says of itself: never more than a claim.
    A token of another `token_version` is no longer accepted. `last_seen` is the server's time of its last message.
    """

    guid = models.CharField(_("GUID"), max_length=36, primary_key=True)
    hostname = models.CharField(_("name"), max_length=80)
    reported_hostname = models.CharField(_("reported name"), max_length=255, blank=True)
    fingerprint = models.CharField(_("fingerprint of its key"), max_length=64)
    token_version = models.PositiveIntegerField(default=1)
    status = models.CharField(_("status"), max_length=16, choices=DeviceStatus, default=DeviceStatus.ACTIVE)
    last_seen = models.DateTimeField(_("last seen"), null=True)
    capabilities = models.JSONField(_("capabilities"), default=list)
    max_concurrent = models.PositiveIntegerField(_("runs at a time"), default=1)
    inventory = models.JSONField(_("inventory"), default=dict)
    inventory_at = models.DateTimeField(null=True)
    enrolled_at = models.DateTimeField(_("enrolled at"))
    approved_by_id = models.BigIntegerField(null=True)
    approved_by = models.CharField(_("approved by"), max_length=150)
    status_changed_at = models.DateTimeField(null=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        db_table = "ba_device"
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        default_permissions = ("view",)
        ordering = ["hostname", "guid"]
        constraints = [
            models.UniqueConstraint(
                Lower("hostname"), condition=models.Q(status__in=sorted(ENROLLED)), name="device_hostname"
            ),
        ]
        indexes = [models.Index(fields=["status", "last_seen"], name="device_by_status")]

    def __str__(self) -> str:
        return self.hostname

    @property
    def is_enrolled(self) -> bool:
        return self.status in ENROLLED

    @property
    def groups(self) -> list[str]:
        return self._labels(LabelKind.GROUP)

    @property
    def tags(self) -> list[str]:
        return self._labels(LabelKind.TAG)

    def _labels(self, kind: "LabelKind") -> list[str]:
        # In Python: lists of devices read the labels of all of them at once.
        return [label.name for label in self.labels.all() if label.kind == kind]

    @property
    def differs_in_name(self) -> bool:
        """Whether the device calls itself something else than it was approved as."""
        return bool(self.reported_hostname) and self.reported_hostname.lower() != self.hostname.lower()


class DeviceKey(models.Model):
    """A public key of a device, as base64 of its SubjectPublicKeyInfo; `jkt` is its RFC 7638 thumbprint."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="keys")
    public_key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    jkt = models.CharField(max_length=43)
    added_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ba_device_key"
        default_permissions = ()
        indexes = [models.Index(fields=["fingerprint"], name="device_key_fingerprint")]

    def __str__(self) -> str:
        return self.fingerprint


class LabelKind(models.TextChoices):
    GROUP = "group", _("Group")
    TAG = "tag", _("Tag")


class DeviceLabel(models.Model):
    """A group or a tag of a device, by which runs find it."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="labels")
    kind = models.CharField(max_length=8, choices=LabelKind)
    name = models.CharField(max_length=64)

    class Meta:
        db_table = "ba_device_label"
        default_permissions = ()
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint(fields=["device", "kind", "name"], name="label_of_device")]
        indexes = [models.Index(fields=["kind", "name"], name="device_label_name")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"
