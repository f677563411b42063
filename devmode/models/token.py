"""API tokens: stored as a keyed digest, shown once, with an end."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """States by name."""

    def live(self, now: datetime) -> Self:
        return self.filter(expires_at__gt=now)


class ApiToken(models.Model):
    """A bearer of one user's rights until it expires or is revoked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    prefix = models.CharField(_("first characters"), max_length=8)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    made_by_command = models.BooleanField(_("made by a command"), default=False)
    rights_stamp = models.CharField(_("digest of the password then"), max_length=128, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        default_permissions = ("view", "delete")

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.user})"
