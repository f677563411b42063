"""That the payload store was marked as this library's: from then on a store without the marker is not ours."""

from django.db import models

from devmode.statements import find_first


class StoreMark(models.Model):
    """One row, written after the marker itself: whose id the store must contain, and when that was written."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    journal_id = models.CharField(max_length=36)
    marked_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.journal_id} at {self.marked_at}"

    @classmethod
    def owner(cls) -> str:
        """Return the id that the store's marker must contain, "" before there is one."""
        found = find_first(_owner, [1])
        return found[0] if found else ""


def _owner() -> models.QuerySet[StoreMark, str]:
    return StoreMark.objects.values_list("journal_id", flat=True).filter(id=1)
