"""The working copy against the journal, and its derived columns against content and payload.

Each row is what its assembly's last entry left.

Rows written after the check began are passed over; a row that stays above the journal's end has lost its entry.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from assemblies.actions.contents import derived_columns
from assemblies.errors import Failure
from assemblies.inspection.verify.finding import (
    BATCH_ROWS,
    Finding,
    differing_columns,
    entries_at,
    find_content,
    last_sequences,
)
from assemblies.journal.append import journal_end
from assemblies.models import Assembly, JournalEntry
from assemblies.models.columns import project
from assemblies.payloads import PayloadStore
from assemblies.progress import Track, in_batches

KIND = "working_copy"
# Texts are long: few of them are held at once.
READ_ROWS = 50


def find_working_copy_faults(checked: "Counter[str]", track: Track) -> Iterator[Finding]:
    """Yield each row that differs from the journal, is missing, or is ahead of it."""
    end = journal_end()
    last = last_sequences(end)
    seen: set[str] = set()
    ahead: list[Assembly] = []
    rows = Assembly.objects.without_texts().order_by("guid").iterator(chunk_size=BATCH_ROWS)
    for batch in in_batches(track(rows, "Comparing assemblies", len(last)), BATCH_ROWS):
        checked["assemblies"] += len(batch)
        seen.update(row.guid for row in batch)
        ahead += [row for row in batch if row.sequence > end]
        yield from _faults((row for row in batch if row.sequence <= end), last)
    for guid in sorted(last.keys() - seen):
        yield Finding(KIND, guid, "the assembly is missing from the working copy")
    end = journal_end()
    for row in ahead:
        if row.sequence > end:
            yield Finding(KIND, row.guid, f"revision {row.sequence} is not in the journal")


def _faults(rows: Iterable[Assembly], last: dict[str, int]) -> Iterator[Finding]:
    batch = list(rows)
    entries = entries_at(last[row.guid] for row in batch if row.guid in last)
    for row in batch:
        entry = entries.get(last.get(row.guid, 0))
        if entry is None:
            yield Finding(KIND, row.guid, "the journal knows nothing of this assembly")
        elif fault := _fault(row, entry):
            yield Finding(KIND, row.guid, fault)


def _fault(row: Assembly, entry: JournalEntry) -> str:
    if row.sequence != entry.sequence:
        return f"revision {row.sequence} is not the journal's last one, {entry.sequence}"
    if (row.deleted_at is None) != bool(entry.content):
        return "it is deleted in the journal only" if row.deleted_at is None else "it is deleted here only"
    left = entry if entry.content else _last_with_content(entry)
    content = find_content(left) if left else None
    if content is None:
        return ""
    names = differing_columns(row, {"domain": entry.domain, **project(content)})
    return f"differs from the journal's revision {left.sequence} in: {names}" if left and names else ""


def _last_with_content(deletion: JournalEntry) -> JournalEntry | None:
    entries = JournalEntry.objects.of_assembly(deletion.assembly_guid).filter(sequence__lt=deletion.sequence)
    return entries.exclude(content="").order_by("-sequence").first()


def find_derived_faults(store: PayloadStore, track: Track) -> Iterator[Finding]:
    """Yield each row whose text or flags are not what follows from its content; what is unreadable others report."""
    rows = Assembly.objects.order_by("guid")
    for row in track(rows.iterator(chunk_size=READ_ROWS), "Comparing texts", rows.count()):
        if names := _differing(row, store):
            yield Finding(KIND, row.guid, f"differs from what its script says in: {names}")


def _differing(row: Assembly, store: PayloadStore) -> str:
    try:
        content = row.read_content()
        expected = derived_columns(content, store.read(content.payload))
    except (Failure, ValueError, KeyError, TypeError, AttributeError):
        return ""
    return differing_columns(row, expected)
