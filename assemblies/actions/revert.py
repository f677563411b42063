"""Bring back an earlier revision, as a new one."""

from dataclasses import replace
from datetime import datetime

from assemblies.actions.change import Change, Receipt
from assemblies.actions.commit import commit
from assemblies.actions.contents import stamped
from assemblies.actions.permit import Permit
from assemblies.domains import Domain, Operation
from assemblies.errors import RevisionNotFound
from assemblies.models import Assembly, Content, JournalEntry
from assemblies.payloads import PayloadStore
from assemblies.revisions.document import search_text_of


def revert(
    guid: str,
    *,
    sequence: int,
    permit: Permit,
    store: PayloadStore,
    expected_revision: int | None = None,
) -> Receipt:
    """Give an assembly the content of its revision `sequence`; a deleted assembly comes back.

    Raises RevisionNotFound, Forbidden, DevModeRequired, RevisionConflict, PayloadMissing, PayloadCorrupt, or a Failure.
    """
    entry, earlier = get_revision(guid, sequence)
    change = restoring(entry, earlier, Operation.REVERT, actor_name=permit.actor.name, store=store)
    return commit(
        [replace(change, expected_revision=expected_revision)],
        permit=permit,
        detail={"to_revision": sequence},
    )[0]


def restoring(
    entry: JournalEntry, earlier: Content, operation: Operation, *, actor_name: str, store: PayloadStore
) -> Change:
    """Return the change that gives an assembly the content of an earlier entry, whose payloads must be intact."""
    payload, *_files = [store.read(reference) for reference in earlier.references]

    def rewrite(row: Assembly | None, now: datetime) -> Content:
        return stamped(earlier, row, actor_name=actor_name, now=now)

    return Change(
        guid=entry.assembly_guid,
        domain=Domain(entry.domain),
        operation=operation,
        rewrite=rewrite,
        search_text=search_text_of(earlier, payload),
    )


def get_revision(guid: str, sequence: int) -> tuple[JournalEntry, Content]:
    """Return a revision and its content. Raises RevisionNotFound when there is none, or it is a deletion."""
    entry = JournalEntry.objects.of_assembly(guid).filter(sequence=sequence).first()
    content = entry.read_content() if entry else None
    if entry is None or content is None:
        raise RevisionNotFound(assembly_guid=guid, sequence=sequence)
    return entry, content
