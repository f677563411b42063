"""Rebuild the working copy from the journal: every row as the last entry of its assembly left it.

For rows that another hand or a fault of the disk changed. The journal is not touched, so that nothing written since any
backup is lost; what is said about assemblies (settings, notes) stays. Servers that run keep what they have
read: start them again afterwards.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from assemblies.actions.audit import record_success
from assemblies.actions.contents import derived_columns
from assemblies.actions.permit import Permit
from assemblies.actions.transaction import change_transaction
from assemblies.errors import Failure, JournalBroken
from assemblies.journal.chain import find_breaks
from assemblies.models import Assembly, AssemblySetting, JournalEntry
from assemblies.models.columns import project
from assemblies.payloads import PayloadStore
from assemblies.progress import Track, untracked
from assemblies.revisions.history import find_last_filled
from devmode.statements import upsert

BATCH_ROWS = 500
DERIVED = ("search_text", "folded_text", "is_script_flagged", "is_flagged")
NOTHING_KNOWN = {"search_text": "", "folded_text": "", "is_script_flagged": False, "is_flagged": False}


def rebuild_working_copy(*, permit: Permit, store: PayloadStore, track: Track = untracked) -> int:
    """Write every row again, in batches, also alongside writers; return how many. Interrupted, it is done again.

    Rows that the journal does not know are removed, but for those that somebody set something on.
    Raises JournalBroken when the journal does not hold together, and what a change raises.
    """
    if next(find_breaks(), None) is not None:
        raise JournalBroken()
    guids = sorted(set(JournalEntry.objects.values_list("assembly_guid", flat=True).order_by()))
    starts = range(0, len(guids), BATCH_ROWS)
    for start in track(starts, "Rebuilding the working copy", len(starts)):
        _rebuild(guids[start : start + BATCH_ROWS], permit, store)
    with change_transaction(permit) as transaction:
        _remove_unknown()
        record_success(permit.actor, permit.event, [], {"assemblies": len(guids)}, now=transaction.now)
    return len(guids)


def _rebuild(guids: Sequence[str], permit: Permit, store: PayloadStore) -> None:
    """Read the payloads before the lock; a batch that somebody wrote to meanwhile is read again."""
    while True:
        last = _last_sequences(guids)
        entries = JournalEntry.objects.in_bulk(list(last.values()))
        rows = [row for entry in entries.values() if (row := _row(entry, store)) is not None]
        with change_transaction(permit):
            if _last_sequences(guids) == last:
                upsert(Assembly, [vars(row) for row in rows])
                return


def _last_sequences(guids: Sequence[str]) -> dict[str, int]:
    entries = JournalEntry.objects.filter(assembly_guid__in=guids)
    return dict(entries.values_list("assembly_guid").annotate(Max("sequence")).order_by())


def _row(last: JournalEntry, store: PayloadStore) -> Assembly | None:
    """Return the row after an assembly's last entry; a deleted one keeps what it was."""
    entry = last if last.content else find_last_filled(last.assembly_guid)
    content = entry.read_content() if entry else None
    if content is None:
        return None
    try:
        derived = derived_columns(content, store.read(content.payload))
    except Failure:
        # The text follows when the payload was put back and this is done once more.
        derived = _known(last.assembly_guid)
    return Assembly(
        guid=last.assembly_guid,
        domain=last.domain,
        sequence=last.sequence,
        deleted_at=None if last.content else last.recorded_at,
        **project(content),
        **derived,
    )


def _known(guid: str) -> dict[str, Any]:
    return Assembly.objects.filter(guid=guid).values(*DERIVED).first() or NOTHING_KNOWN


def _remove_unknown() -> None:
    known = set(JournalEntry.objects.values_list("assembly_guid", flat=True).order_by())
    bound = set(AssemblySetting.objects.values_list("assembly_id", flat=True).order_by())
    unknown = [guid for guid in Assembly.objects.values_list("guid", flat=True) if guid not in known | bound]
    Assembly.objects.filter(guid__in=unknown).delete()
