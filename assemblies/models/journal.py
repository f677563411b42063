"""The journal: every change ever made, in order, chained by hash. Entries are never changed or removed."""

from datetime import datetime
from typing import NamedTuple, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from assemblies.domains import Domain, Operation
from assemblies.models.columns import GUID_LENGTH
from assemblies.models.content import Content


class EntryRow(NamedTuple):
    """An entry as it is read in large numbers, in a fifth of the time that a model's instance takes."""

    sequence: int
    event_guid: str
    domain: str
    assembly_guid: str
    operation: str
    actor: str
    recorded_at: datetime
    content: str
    previous_hash: str
    hash: str


class JournalEntryQuerySet(models.QuerySet["JournalEntry"]):
    """Parts of the journal by name."""

    def after(self, sequence: int) -> Self:
        return self.filter(sequence__gt=sequence).order_by("sequence")

    def of_domain(self, domain: Domain) -> Self:
        return self.filter(domain=domain)

    def rows(self, limit: int) -> list[EntryRow]:
        """Return the first entries, at most `limit`."""
        return [EntryRow._make(row) for row in self.values_list(*EntryRow._fields)[:limit]]

    def of_assembly(self, guid: str) -> Self:
        return self.filter(assembly_guid=guid)


class JournalEntry(models.Model):
    """One change of one assembly; an empty content means that it was deleted.

    Entries are never changed or removed, and each must be readable for ever. Rules for changing this type:

    - The columns under the hash, their names and their spelling there are those of `journal.append.entry_hash`; none of
      them may ever change. A column that is to be hashed comes with a `hash_version`, as `AuditEntry` has one, by which
      earlier entries are still hashed as they were.
    - No migration touches what is under a hash.
    - A value of `Operation` or `Domain` is never removed or renamed.
    - What is new about a revision is a key of `Content`, by the rules that stand there.
    """

    sequence = models.BigIntegerField(_("sequence"), primary_key=True)
    event_guid = models.CharField(_("event"), max_length=36, unique=True)
    domain = models.CharField(_("domain"), max_length=16, choices=Domain)
    assembly_guid = models.CharField(_("assembly"), max_length=GUID_LENGTH)
    operation = models.CharField(_("operation"), max_length=16, choices=Operation)
    actor = models.CharField(_("actor"), max_length=150)
    recorded_at = models.DateTimeField(_("recorded at"))
    content = models.TextField(_("content"), blank=True)
    previous_hash = models.CharField(_("previous hash"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)

    objects = JournalEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        default_permissions = ("view",)
        ordering = ["-sequence"]
        indexes = [
            models.Index(fields=["assembly_guid", "sequence"], name="journal_by_assembly"),
            models.Index(fields=["domain", "sequence"], name="journal_by_domain"),
            models.Index(fields=["recorded_at"], name="journal_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.operation} {self.assembly_guid}"

    def read_content(self) -> Content | None:
        """Return the content this entry left, or None when it deleted the assembly."""
        return Content.from_json(self.content) if self.content else None


class JournalHead(models.Model):
    """The journal's last entry; the one row every append locks, which is what makes sequences gap-free and in order."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    journal_id = models.CharField(max_length=36)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.journal_id} at {self.sequence}"


class KeyedRequest(models.Model):
    """What was asked under an Idempotency-Key; kept as long as the journal keeps the event."""

    event_guid = models.CharField(max_length=36, primary_key=True)
    digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.event_guid
