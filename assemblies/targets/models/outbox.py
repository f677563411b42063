"""What changed and is to be copied, in the order in which it may be copied."""

from django.db import models

from assemblies.targets.models.stream import Stream


class OutboxEntry(models.Model):
    """A row that changed, by its table and primary key; written in the transaction of the change.

    Entries of transactions that commit late have low ids: `id` alone orders them on SQLite only, which has one writer.
    PostgreSQL fills `xid` with the transaction's number; the pair orders what is older than every open transaction.
    """

    id = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField(db_default=0)
    stream = models.CharField(max_length=16, choices=Stream)
    table = models.CharField(max_length=64)
    row_key = models.CharField(max_length=64)
    run_id = models.CharField(max_length=36)
    noted_at = models.DateTimeField()

    class Meta:
        db_table = "ba_persistence_outbox"
        default_permissions = ()
        ordering = ["xid", "id"]
        indexes = [models.Index(fields=["stream", "xid", "id"], name="outbox_in_order")]

    def __str__(self) -> str:
        return f"{self.stream} {self.xid}, {self.id}: {self.table} {self.row_key}"
