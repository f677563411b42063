"""Append entries to the journal: numbered without gaps, chained by hash, once per event.

Runs inside the caller's transaction on `default`; the lock on the head row is what puts writers in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from django.conf import settings

from assemblies.domains import Domain, Operation
from assemblies.models import EntryRow, JournalEntry, JournalHead
from devmode.chain import chained_hash
from devmode.statements import insert, locked, update


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An entry that has no place in the journal yet; `content` is canonical JSON, or empty for a deletion."""

    event_guid: str
    domain: Domain
    assembly_guid: str
    operation: Operation
    actor: str
    content: str


def lock_head() -> JournalHead:
    """Lock and return the journal's head, made on first use with the requested id, or a new one."""
    new = {"journal_id": settings.LIBRARY_ID or str(uuid4())}
    return locked(JournalHead, 1, **new)


def journal_end() -> int:
    """Return the sequence of the last entry, 0 before the first."""
    return JournalHead.objects.values_list("sequence", flat=True).filter(id=1).first() or 0


def append(head: JournalHead, drafts: Sequence[Draft], *, now: datetime) -> list[JournalEntry]:
    """Append `drafts` in order after the locked `head` and move it. Returns the entries."""
    entries = []
    for draft in drafts:
        entry = _entry_after(head, draft, now)
        head.sequence, head.hash = entry.sequence, entry.hash
        entries.append(entry)
    insert(JournalEntry, [vars(entry) for entry in entries])
    update(head)
    return entries


def _entry_after(head: JournalHead, draft: Draft, now: datetime) -> JournalEntry:
    entry = JournalEntry(
        sequence=head.sequence + 1,
        event_guid=draft.event_guid,
        domain=draft.domain,
        assembly_guid=draft.assembly_guid,
        operation=draft.operation,
        actor=draft.actor,
        recorded_at=now,
        content=draft.content,
        previous_hash=head.hash,
    )
    entry.hash = entry_hash(entry)
    return entry


def entry_hash(entry: JournalEntry | EntryRow) -> str:
    """Return the hash an entry must carry."""
    return chained_hash(
        entry.previous_hash,
        {
            "sequence": entry.sequence,
            "event_guid": entry.event_guid,
            "domain": entry.domain,
            "assembly_guid": entry.assembly_guid,
            "operation": entry.operation,
            "actor": entry.actor,
            "recorded_at": entry.recorded_at.astimezone(UTC).isoformat(),
            "content": entry.content,
        },
    )
