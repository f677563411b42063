"""Small payloads on their way to the payload store: committed with the journal entry that names them."""

from django.db import models

from devmode.write_lock import write_transaction


class JournaledPayloadManager(models.Manager["JournaledPayload"]):
    """What a payload store is told of those on their way to it."""

    def find_content(self, guid: str) -> bytes | None:
        content = self.filter(guid=guid).values_list("content", flat=True).first()
        return None if content is None else bytes(content)

    def find_guids(self) -> list[str]:
        return list(self.values_list("guid", flat=True))

    def remove(self, *guids: str) -> None:
        """Remove rows, whose files are durable or never wanted, in a transaction of its own."""
        rows = self.filter(guid__in=guids)
        if rows.exists():
            with write_transaction():
                rows.delete()


class JournaledPayload(models.Model):
    """The bytes of a payload until its file is durable: then the flush removes the row.

    Written in the transaction that appends the entry, so there is no row that no entry names. In `default` alone: a
    domain database never has a row of it.
    """

    guid = models.CharField(max_length=36, primary_key=True)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    objects = JournaledPayloadManager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.guid
