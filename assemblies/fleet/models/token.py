"""What a device proves itself with after enrolment, and what must not be accepted twice or too often."""

from django.db import models

from assemblies.fleet.models.device import Device


class RefreshToken(models.Model):
    """The digest of a refresh token. A family begins at enrolment; each use replaces a token by the next one.

    `last_used_at` is when it was replaced: presented later once more, it is a copy, and the family ends.
    """

    token_sha256 = models.CharField(max_length=64, unique=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="refresh_tokens")
    family = models.CharField(max_length=36, db_index=True)
    previous = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="successors")
    jkt = models.CharField(max_length=43)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ba_refresh_token"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.family} {self.created_at:%Y-%m-%d %H:%M:%S}"


class UsedProof(models.Model):
    """A DPoP proof that was accepted; kept until its time alone would refuse it. The digest is of key and `jti`."""

    digest = models.CharField(max_length=64, primary_key=True)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "ba_used_proof"
        default_permissions = ()

    def __str__(self) -> str:
        return self.digest


class RequestCount(models.Model):
    """How many requests of an address or a key came in one minute; who is counted stands here as a digest only."""

    digest = models.CharField(max_length=64, primary_key=True)
    requests = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "ba_request_count"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.requests} requests until {self.ends_at:%H:%M:%S}"
