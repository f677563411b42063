"""Discard a pending write: back to what the domain database holds, as a new revision."""

from dataclasses import replace
from datetime import datetime

from assemblies.actions.change import Change, Receipt, Rewrite
from assemblies.actions.commit import commit
from assemblies.actions.permit import Permit
from assemblies.actions.revert import restoring
from assemblies.domains import Domain, Operation
from assemblies.errors import AssemblyNotFound, NothingPending, RevisionConflict
from assemblies.journal.pending import persisted_sequences
from assemblies.models import Assembly, Content, JournalEntry
from assemblies.payloads import PayloadStore


def discard(guid: str, *, permit: Permit, store: PayloadStore, expected_revision: int | None = None) -> Receipt:
    """Undo what was not flushed yet. Raises AssemblyNotFound, NothingPending, Forbidden, DevModeRequired,
    RevisionConflict when somebody changed the assembly meanwhile, or since `expected_revision`, or a Failure.
    """
    row = _get_row(guid)
    if expected_revision not in {None, row.sequence}:
        raise RevisionConflict(assembly_guid=row.guid, revision=row.sequence, expected=expected_revision)
    change = _back_to(_last_entry(row, _persisted_before(row)), row, permit.actor.name, store)
    change = replace(change, rewrite=_while_pending(change.rewrite, row))
    return commit([change], permit=permit, detail={"discarded_revision": row.sequence})[0]


def _persisted_before(row: Assembly) -> int:
    """Return up to where the domain database holds the journal. Raises NothingPending when that covers `row`."""
    persisted = persisted_sequences()[Domain(row.domain)]
    if row.sequence <= persisted:
        raise NothingPending(assembly_guid=row.guid)
    return persisted


def _while_pending(rewrite: Rewrite, seen: Assembly) -> Rewrite:
    """Return `rewrite`, which must not undo what others wrote or flushed since `seen` was read."""

    def checked(row: Assembly | None, now: datetime) -> Content | None:
        if row is None or row.sequence != seen.sequence:
            revision = row.sequence if row else 0
            raise RevisionConflict(assembly_guid=seen.guid, revision=revision, expected=seen.sequence)
        _persisted_before(row)
        return rewrite(row, now)

    return checked


def find_persisted(guid: str) -> JournalEntry | None:
    """Return the entry that discarding would go back to; None when the domain database holds no such assembly.

    Raises AssemblyNotFound, NothingPending.
    """
    row = _get_row(guid)
    entry = _last_entry(row, _persisted_before(row))
    return entry if entry is not None and entry.content else None


def _get_row(guid: str) -> Assembly:
    row = Assembly.objects.filter(guid=guid).first()
    if row is None:
        raise AssemblyNotFound(assembly_guid=guid)
    return row


def _last_entry(row: Assembly, persisted: int) -> JournalEntry | None:
    """Return what the domain database holds of the assembly: an earlier owner of its GUID lived in another one."""
    entries = JournalEntry.objects.of_assembly(row.guid).of_domain(Domain(row.domain)).filter(sequence__lte=persisted)
    return entries.order_by("-sequence").first()


def _back_to(entry: JournalEntry | None, row: Assembly, actor_name: str, store: PayloadStore) -> Change:
    content = entry.read_content() if entry else None
    if entry is not None and content is not None:
        return restoring(entry, content, Operation.DISCARD, actor_name=actor_name, store=store)
    return Change(guid=row.guid, domain=Domain(row.domain), operation=Operation.DISCARD, rewrite=_gone)


def _gone(row: Assembly | None, now: datetime) -> None:
    """The domain database does not hold the assembly."""
