"""Sweep: remove the payloads of writes that never came to be.

A payload goes when no journal entry names it, a day after it was written: a write under way names its own long before.
What was there before this journal began stays, and nothing goes while a domain database follows another journal: a
journal that was lost, or put aside by mistake, finds its payloads when it comes back.
"""

from collections.abc import Collection
from datetime import datetime

from assemblies.actions.hydrate import is_foreign
from assemblies.domains import Domain
from assemblies.errors import JournalBroken, ReplicaMismatch
from assemblies.models import Content, JournalEntry
from assemblies.payloads import PayloadStore
from assemblies.payloads.sweep import GRACE

READ_ENTRIES = 1000


def sweep_payloads(store: PayloadStore, *, now: datetime) -> list[str]:
    """Remove what was left behind and return its GUIDs.

    Raises ReplicaMismatch, JournalBroken, StorageUnavailable, or DatabaseError; then no payload that is needed is gone.
    """
    if foreign := [str(domain) for domain in Domain if is_foreign(domain)]:
        raise ReplicaMismatch(f"No payload is swept while a database is another journal's: {', '.join(foreign)}.")
    began_at = JournalEntry.objects.order_by("sequence").values_list("recorded_at", flat=True).first()
    if began_at is None:
        return []
    return store.sweep(NamedPayloads().among, newer_than=began_at, older_than=now - GRACE)


class NamedPayloads:
    """The payloads that any journal entry names: read once, then caught up before each answer."""

    def __init__(self) -> None:
        self._guids: set[str] = set()
        self._sequence = 0

    def among(self, guids: Collection[str]) -> set[str]:
        """Return those of `guids` that are named. Raises JournalBroken when an entry cannot be read."""
        self._catch_up()
        return self._guids.intersection(guids)

    def _catch_up(self) -> None:
        while found := JournalEntry.objects.after(self._sequence).values_list("sequence", "content")[:READ_ENTRIES]:
            for sequence, content in found:
                self._guids |= _named_in(content)
                self._sequence = sequence


def _named_in(content: str) -> set[str]:
    try:
        return {reference.guid for reference in Content.from_json(content).references} if content else set()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise JournalBroken() from error
