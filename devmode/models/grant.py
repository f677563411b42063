"""Dev Mode grants: who may do privileged things, with which session or token, why and until when."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, Least
from django.utils.translation import gettext_lazy as _


class EndReason(models.TextChoices):
    """Why a grant ended before its time."""

    LEFT = "left", _("Left by its holder")
    REPLACED = "replaced", _("Replaced by a newer grant")
    REVOKED = "revoked", _("Revoked by an administrator")
    SIGNED_OUT = "signed_out", _("The session or token ended")
    RIGHTS_LOST = "rights_lost", _("The account lost its rights, or its password changed")
    CLOCK_SET_BACK = "clock_set_back", _("The clock was set back")
    SECRET_KEY = "secret_key", _("The server's secret key was replaced")


class DevModeGrantQuerySet(models.QuerySet["DevModeGrant"]):
    """States by name, and the one way out of them."""

    def open(self) -> Self:
        """Not ended by anybody; its time may be over all the same."""
        return self.filter(ended_at=None)

    def live(self, now: datetime) -> Self:
        return self.open().filter(expires_at__gt=now, absolute_expires_at__gt=now)

    def over(self, now: datetime) -> Self:
        """Ended by somebody or by time, the latest end first."""
        ended = self.exclude(pk__in=self.live(now).values("pk"))
        first_end = Least(Coalesce("ended_at", "expires_at"), "expires_at", "absolute_expires_at")
        return ended.annotate(over_at=first_end).order_by("-over_at", "-pk")

    def end(self, reason: EndReason, *, by: str, now: datetime) -> int:
        """End those that are open and return how many; those that ended before keep their first end."""
        return self.open().update(ended_at=now, ended_by=by, end_reason=reason)


class DevModeGrant(models.Model):
    """A time-limited right, bound to one user and one session or token.

    `expires_at` slides with each privileged use, never past `absolute_expires_at`. Grants are kept after their end.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="dev_mode_grants")
    bearer = models.CharField(_("digest of its session or token"), max_length=80)
    rights_stamp = models.CharField(_("digest of the password then"), max_length=128)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    remote_address = models.CharField(_("from"), max_length=64, blank=True)
    issued_at = models.DateTimeField(_("issued at"))
    last_used_at = models.DateTimeField(_("last used at"))
    expires_at = models.DateTimeField(_("expires at"))
    absolute_expires_at = models.DateTimeField(_("expires at the latest"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=150, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=16, choices=EndReason, blank=True)

    objects = DevModeGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("Dev Mode grant")
        verbose_name_plural = _("Dev Mode grants")
        default_permissions = ("view",)
        ordering = ["-issued_at"]
        indexes = [models.Index(fields=["bearer", "ended_at"], name="grant_by_bearer")]

    def __str__(self) -> str:
        return f"Dev Mode of {self.user} until {self.expires_at:%H:%M:%S}"

    @property
    def ran_out(self) -> bool:
        """Whether its time was over before anybody ended it."""
        return self.ended_at is None or self.ended_at >= min(self.expires_at, self.absolute_expires_at)

    @property
    def is_extensible(self) -> bool:
        return self.expires_at < self.absolute_expires_at

    @property
    def is_of_token(self) -> bool:
        return self.bearer.startswith("token:")
