"""The token for the hosting API, encrypted."""

from django.db import models


class HostingToken(models.Model):
    """One row or none, encrypted with a key that follows from the installation's secret key."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    ciphertext = models.BinaryField()
    updated_at = models.DateTimeField()
    updated_by = models.CharField(max_length=150)

    class Meta:
        db_table = "ba_hosting_token"
        default_permissions = ()

    def __str__(self) -> str:
        return f"token of {self.updated_by}"
