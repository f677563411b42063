"""Discard a pending write: back to what the domain database holds, as a new revision."""

from datetime import datetime

from assemblies.actions.actor import Actor
from assemblies.actions.change import Change, Receipt
from assemblies.actions.commit import commit
from assemblies.actions.revert import restoring
from assemblies.domains import Domain, Operation
from assemblies.errors import AssemblyNotFound, NothingPending
from assemblies.journal.pending import persisted_sequences
from assemblies.models import Assembly, JournalEntry
from assemblies.payloads import PayloadStore


def discard(guid: str, *, actor: Actor, store: PayloadStore) -> Receipt:
    """Undo what was not flushed yet. Raises AssemblyNotFound, NothingPending, Forbidden, DevModeRequired, or a
    Failure.
    """
    row = Assembly.objects.filter(guid=guid).first()
    if row is None:
        raise AssemblyNotFound(assembly_guid=guid)
    persisted = persisted_sequences()[Domain(row.domain)]
    if row.sequence <= persisted:
        raise NothingPending(assembly_guid=guid)
    change = _back_to(_last_entry(guid, persisted), row, actor, store)
    return commit([change], actor=actor, event="assembly.discard", detail={"discarded_revision": row.sequence})[0]


def _last_entry(guid: str, persisted: int) -> JournalEntry | None:
    entries = JournalEntry.objects.of_assembly(guid).filter(sequence__lte=persisted)
    return entries.order_by("-sequence").first()


def _back_to(entry: JournalEntry | None, row: Assembly, actor: Actor, store: PayloadStore) -> Change:
    content = entry.read_content() if entry else None
    if entry is not None and content is not None:
        return restoring(entry, content, Operation.DISCARD, actor=actor, store=store)
    return Change(guid=row.guid, domain=Domain(row.domain), operation=Operation.DISCARD, rewrite=_gone)


def _gone(row: Assembly | None, now: datetime) -> None:
    """The domain database does not hold the assembly."""
