"""Requests that may be sent again: what was made the first time is answered, and nothing is made twice.

The journal keeps the events; `KeyedRequest` keeps what was asked under a key, in the transaction that made it.
"""

from collections.abc import Sequence
from datetime import datetime

from assemblies.actions.change import Change, Event, Receipt
from assemblies.domains import Domain, Operation
from assemblies.errors import AssemblyNotFound, IdempotencyKeyReused
from assemblies.models import Assembly, JournalEntry, KeyedRequest


def was_made(event: Event | None) -> bool:
    """Say whether this request was carried out before. Raises IdempotencyKeyReused."""
    known = KeyedRequest.objects.filter(event_guid=event.guid).first() if event else None
    if known and event and known.digest != event.digest:
        raise IdempotencyKeyReused()
    return known is not None


def guids_made_by(event: Event, parts: int) -> set[str]:
    """Return the GUIDs that the first `parts` changes of a request wrote when it was carried out before."""
    asked = [event.part(number).guid for number in range(parts)]
    entries = JournalEntry.objects.filter(event_guid__in=asked)
    return set(entries.values_list("assembly_guid", flat=True))


def find_receipts(event: Event | None, changes: Sequence[Change]) -> list[Receipt]:
    """Return the receipts of a request that was carried out before, none of one that was not.

    A request is one transaction: once it was carried out, a change without an entry was none. Releases that kept no
    digests left events alone. Raises IdempotencyKeyReused.
    """
    known = was_made(event)
    asked = {change.event.guid for change in changes if change.event}
    made = {entry.event_guid: entry for entry in JournalEntry.objects.filter(event_guid__in=asked)} if asked else {}
    if not (known or made):
        return []
    events = [made.get(change.event.guid) if change.event else None for change in changes]
    unmade = [change.guid for change, entry in zip(changes, events, strict=True) if entry is None]
    rows = Assembly.objects.in_bulk(unmade)
    return [
        _receipt_of(entry) if entry else _unchanged(change, rows.get(change.guid))
        for change, entry in zip(changes, events, strict=True)
    ]


def keep(event: Event | None, *, now: datetime) -> None:
    """Remember what was asked; within the transaction that does it."""
    if event:
        KeyedRequest.objects.create(event_guid=event.guid, digest=event.digest, recorded_at=now)


def _receipt_of(entry: JournalEntry) -> Receipt:
    operation = Operation(entry.operation)
    return Receipt(
        guid=entry.assembly_guid,
        domain=Domain(entry.domain),
        operation=operation,
        revision=entry.sequence,
        content=entry.read_content(),
        created=operation in {Operation.CREATE, Operation.CLONE},
        changed=False,
    )


def _unchanged(change: Change, row: Assembly | None) -> Receipt:
    if row is None:
        # The event stands for something else that was requested.
        raise AssemblyNotFound(assembly_guid=change.guid)
    return Receipt(
        guid=row.guid,
        domain=Domain(row.domain),
        operation=change.operation,
        revision=row.sequence,
        content=None if row.deleted_at else row.read_content(),
        created=False,
        changed=False,
    )
