"""Settings, their history and notes against the audit, which is chained: each is there, and says what was set.

An entry of the audit since it has digests stands for one row, now a setting or in the history. Earlier rows have none;
what was set then is passed over, and so are rows that a re-keying rewrote.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from assemblies.actions.annotate import note_digest, setting_digest
from assemblies.audit_events import LibraryEvent
from assemblies.inspection.verify.finding import Finding
from assemblies.models import AssemblyNote, AssemblySetting, AssemblySettingHistory
from devmode.models import AuditEntry
from devmode.models.audit import Outcome

Row = tuple[str, str, datetime]


def find_annotation_faults() -> Iterator[Finding]:
    """Yield each row that is not what the audit recorded, and each that is missing."""
    if AuditEntry.objects.filter(event=LibraryEvent.REKEY, outcome=Outcome.SUCCESS).exists():
        return
    yield from _compare(LibraryEvent.SET_SETTING, _settings())
    yield from _compare(LibraryEvent.ADD_NOTE, _notes())


def _settings() -> Iterator[Row]:
    for row in AssemblySetting.objects.iterator():
        yield row.assembly_id, setting_digest(row), row.updated_at
    for earlier in AssemblySettingHistory.objects.iterator():
        yield earlier.assembly_guid, setting_digest(earlier), earlier.updated_at


def _notes() -> Iterator[Row]:
    for note in AssemblyNote.objects.iterator():
        yield note.assembly_guid, note_digest(note), note.created_at


def _compare(event: LibraryEvent, rows: Iterable[Row]) -> Iterator[Finding]:
    recorded: Counter[str] = Counter()
    subjects: dict[str, str] = {}
    without_digest: set[datetime] = set()
    for entry in AuditEntry.objects.filter(event=event, outcome=Outcome.SUCCESS).order_by("sequence").iterator():
        if digest := entry.read_detail().get("digest"):
            recorded[digest] += 1
            subjects[digest] = entry.subject_id
        else:
            without_digest.add(entry.recorded_at)
    for guid, digest, made_at in rows:
        if recorded[digest]:
            recorded[digest] -= 1
        elif made_at not in without_digest:
            yield Finding("annotation", guid, "what was set or noted is not what the audit recorded")
    for digest in (+recorded).elements():
        yield Finding("annotation", subjects[digest], "what the audit recorded as set or noted is missing")
