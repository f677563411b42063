"""Bring one domain database up to the journal.

The entries after the watermark are applied in order in one transaction of the domain database, and the watermark
moves in that same transaction: a flush happens exactly once however often and by whomever it is run.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from assemblies.domains import Domain
from assemblies.errors import JournalBroken, ReplicaMismatch
from assemblies.journal.append import entry_hash
from assemblies.models import EntryRow, JournalEntry, JournalHead, Watermark, replica_model
from assemblies.models.columns import project_text
from devmode.statements import upsert

BATCH_ENTRIES = 1000


def bring_up_to_date(domain: Domain) -> tuple[int, int]:
    """Apply what the domain's replica lacks. Returns (entries applied, sequence it now holds).

    Raises ReplicaMismatch when the database belongs to another journal or to another day of this one, JournalBroken
    when an entry was altered, and DatabaseError when the database cannot be written.
    """
    if not JournalHead.objects.exists():
        return 0, 0
    with transaction.atomic(using=domain.alias):
        watermark = lock_watermark(domain)
        check_watermark(watermark)
        applied = 0
        while entries := _next_entries(domain, watermark.sequence):
            _apply(domain, entries)
            watermark.sequence, watermark.hash = entries[-1].sequence, entries[-1].hash
            applied += len(entries)
        if applied:
            watermark.save(using=domain.alias, force_update=True)
    return applied, watermark.sequence


def lock_watermark(domain: Domain) -> Watermark:
    """Lock and return the domain's watermark; a database without rows or watermark starts at this journal's
    beginning.
    """
    watermarks = Watermark.objects.using(domain.alias)
    watermark = watermarks.select_for_update().filter(domain=domain).first()
    if watermark is None:
        if replica_model(domain).objects.exists():
            raise ReplicaMismatch(f"The {domain} database holds rows but no watermark; run prepare to adopt them.")
        # Another flush may be making it, too; this one then goes on from where that one gets to.
        watermark, _created = watermarks.select_for_update().get_or_create(
            domain=domain, defaults={"journal_id": journal_id()}
        )
    return watermark


def journal_id() -> str:
    return JournalHead.objects.values_list("journal_id", flat=True).get(id=1)


def check_watermark(watermark: Watermark) -> None:
    """Raise ReplicaMismatch unless the watermark names an entry of this journal."""
    head = JournalHead.objects.get(id=1)
    if watermark.journal_id != head.journal_id:
        raise ReplicaMismatch(
            f"The {watermark.domain} database belongs to another journal. Run `manage.py prepare`: it adopts the rows "
            "that the library does not know and tells what else differs."
        )
    if watermark.sequence and not _names_an_entry(watermark):
        raise ReplicaMismatch(
            f"The {watermark.domain} database is ahead of the journal or from another day of it. Restore the matching "
            "default database, or run `manage.py prepare` to see what differs."
        )


def _names_an_entry(watermark: Watermark) -> bool:
    return JournalEntry.objects.filter(sequence=watermark.sequence, hash=watermark.hash).exists()


def _next_entries(domain: Domain, sequence: int) -> list[EntryRow]:
    """Return the next entries, each as it was appended. Raises JournalBroken."""
    entries = JournalEntry.objects.of_domain(domain).after(sequence).rows(BATCH_ENTRIES)
    if any(entry.hash != entry_hash(entry) for entry in entries):
        raise JournalBroken()
    return entries


def _apply(domain: Domain, entries: Iterable[EntryRow]) -> None:
    """Apply entries in order; only the last state of each assembly needs writing."""
    last = {entry.assembly_guid: entry for entry in entries}
    model = replica_model(domain)
    gone = [guid for guid, entry in last.items() if not entry.content]
    model._base_manager.filter(guid__in=gone).delete()
    upsert(model, [_columns(entry) for entry in last.values() if entry.content], using=domain.alias)


def _columns(entry: EntryRow) -> dict[str, Any]:
    """Return the row that an entry leaves in its domain database."""
    # The text was compared with the entry's hash, and a content is spelled in one way only: it is not spelled again.
    return {"guid": entry.assembly_guid, "sequence": entry.sequence, **project_text(entry.content)}
