"""How often something was tried that must not be tried often."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class AttemptCountQuerySet(models.QuerySet["AttemptCount"]):
    """States by name."""

    def over(self, before: datetime) -> Self:
        return self.filter(ends_at__lt=before)


class AttemptCount(models.Model):
    """One count, from its first attempt to `ends_at`; who is counted stands here as a digest only."""

    key = models.CharField(_("digest of what is counted"), max_length=64, primary_key=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    ends_at = models.DateTimeField(_("ends at"), db_index=True)

    objects = AttemptCountQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.attempts} attempts until {self.ends_at:%H:%M:%S}"
