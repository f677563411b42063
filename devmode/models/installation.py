"""Who this installation is: one row in `default`."""

from typing import Self
from uuid import uuid4

from django.db import models


def new_guid() -> str:
    return str(uuid4())


class Installation(models.Model):
    """`instance_id` is the key of evidence that leaves this installation and never changes.

    `epoch` names this stretch of the database's life: a restore gives it another one, so that what was queued in
    another database before is recognised and not carried out by accident. `secret_key_fingerprint` is the key's that
    tokens and sessions were made with (`accounts.secret_key`).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    instance_id = models.CharField(max_length=36, default=new_guid)
    epoch = models.CharField(max_length=36, default=new_guid)
    secret_key_fingerprint = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.instance_id} in {self.epoch}"

    @classmethod
    def current(cls) -> Self:
        """Return the row, which the first request for it makes; two at once get the same one."""
        row, _created = cls.objects.get_or_create(id=1)
        return row
