"""Undo a sync as a whole, the newest one or one that is named: every assembly it wrote gets back what it had before,
in one transaction.

What was changed since is left alone and listed. The source still says what it said, so what was undone shows as updates
that are available; a sync that keeps local edits leaves it so, any other one makes the updates again.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import Any

from django.db.models import Max, QuerySet

from assemblies.actions.change import Change
from assemblies.actions.commit import commit
from assemblies.actions.permit import Permit
from assemblies.actions.revert import restoring
from assemblies.catalogue.origins import meaning_of
from assemblies.domains import Domain, Operation
from assemblies.errors import SyncRefused
from assemblies.journal.append import journal_end
from assemblies.journal.flush import flush
from assemblies.models import Assembly, JournalEntry, SyncRecord
from assemblies.official import sync_records
from assemblies.official.guards import is_mass_removal
from assemblies.payloads import PayloadStore
from assemblies.progress import Track, untracked


@dataclass(kw_only=True)
class UndoReport:
    """What undoing did, or would do; `record` is the sync's, None when there was none yet.

    `undone_by` is the record of an earlier undoing, after which there is nothing left to do.
    """

    record: SyncRecord | None
    dry_run: bool
    undone_by: SyncRecord | None = None
    restored: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    elapsed_seconds: float = 0

    def json(self) -> dict[str, Any]:
        return {
            "undone": self.record.pk if self.record else None,
            "already_undone": self.undone_by is not None,
            "source": self.record.source if self.record else None,
            "source_version": self.record.source_version if self.record else None,
            "previous_version": self.record.previous_version if self.record else None,
            "dry_run": self.dry_run,
            "restored": self.restored,
            "removed": self.removed,
            "left": self.left,
            "elapsed_seconds": self.elapsed_seconds,
        }


def undo_sync(
    *,
    permit: Permit,
    store: PayloadStore,
    dry_run: bool = False,
    record: int | None = None,
    allow_mass_removal: bool = False,
    track: Track = untracked,
) -> UndoReport:
    """Undo the newest sync, or the one that `record` names; nothing when it is undone already.

    Raises SyncRefused when there is no such sync, or when most of the catalogue would go and that is not allowed.
    Raises Forbidden, DevModeRequired, RevisionConflict or SyncRefused when something came in between, PayloadMissing,
    PayloadCorrupt, or another Failure. After each of them nothing has changed.
    """
    started = monotonic()
    accepted = sync_records.find_last_accepted()
    chosen = find_newest() if record is None else get_sync(record)
    report = UndoReport(record=chosen, dry_run=dry_run, undone_by=find_undoing(chosen))
    if report.record is not None and report.undone_by is None:
        written, earlier = _written_by(report.record), _left_before(report.record)
        rows = Assembly.objects.without_texts().in_bulk(list(written))
        made = (
            _back_to(entry, rows[guid], earlier.get(guid), report, permit.actor.name, store)
            for guid, entry in track(written.items(), "Reading earlier revisions", len(written))
        )
        changes = [change for change in made if change is not None]
        report.elapsed_seconds = round(monotonic() - started, 3)
        if not dry_run:
            _check_meant(report, allow_mass_removal=allow_mass_removal)
            _carry_out(changes, report, report.record, accepted, permit)
    return report


def removes_most(report: UndoReport) -> bool:
    """Say whether undoing would take away most of the official catalogue, as undoing the first sync does."""
    live = Assembly.objects.live().of_domain(Domain.OFFICIAL).count()
    return is_mass_removal(len(report.removed), live)


def _check_meant(report: UndoReport, *, allow_mass_removal: bool) -> None:
    if not allow_mass_removal and removes_most(report):
        raise SyncRefused(
            f"This would remove {len(report.removed)} assemblies, most of the official catalogue: allow a mass removal "
            "if that is meant.",
            reasons=[],
            skipped=[],
            may_allow=["allow_mass_removal"],
        )


def find_undoable() -> SyncRecord | None:
    """Return the newest sync, unless it is undone."""
    newest = find_newest()
    return None if find_undoing(newest) else newest


def find_newest() -> SyncRecord | None:
    """Return the newest sync that wrote something, undone or not."""
    return _syncs().first()


def find_undoing(record: SyncRecord | None) -> SyncRecord | None:
    """Return the record of the undoing of a sync."""
    return SyncRecord.objects.filter(undo_of=record).first() if record else None


def get_sync(number: int) -> SyncRecord:
    """Return a sync that wrote something, by the number of its record. Raises SyncRefused."""
    found = _syncs().filter(pk=number).first()
    if found is None:
        raise SyncRefused(f"Record {number} is no sync that could be undone.", reasons=[], skipped=[])
    return found


def _syncs() -> QuerySet[SyncRecord]:
    done = SyncRecord.objects.filter(outcome=SyncRecord.Outcome.DONE, undo_of=None)
    return done.exclude(first_sequence=None)


def _written_by(record: SyncRecord) -> dict[str, JournalEntry]:
    entries = JournalEntry.objects.of_domain(Domain.OFFICIAL).order_by("sequence")
    found = entries.filter(sequence__range=(record.first_sequence, record.last_sequence), operation=Operation.SYNC)
    return {entry.assembly_guid: entry for entry in found.iterator(chunk_size=500)}


def _left_before(record: SyncRecord) -> Mapping[str, JournalEntry]:
    """Return the last entry of each official assembly before the sync."""
    entries = JournalEntry.objects.of_domain(Domain.OFFICIAL).filter(sequence__lt=record.first_sequence)
    last = entries.order_by().values_list("assembly_guid").annotate(Max("sequence"))
    wanted = set(_guids_of(record))
    found = JournalEntry.objects.in_bulk([sequence for guid, sequence in last if guid in wanted])
    return {entry.assembly_guid: entry for entry in found.values()}


def _guids_of(record: SyncRecord) -> Iterator[str]:
    entries = JournalEntry.objects.filter(sequence__range=(record.first_sequence, record.last_sequence))
    return entries.values_list("assembly_guid", flat=True).iterator()


def _back_to(
    written: JournalEntry,
    row: Assembly,
    earlier: JournalEntry | None,
    report: UndoReport,
    actor_name: str,
    store: PayloadStore,
) -> Change | None:
    """Return the change that undoes one entry; None when the assembly says something else by now."""
    stands = "" if row.deleted_at else row.content_hash
    if row.domain != Domain.OFFICIAL or stands != meaning_of(written):
        report.left.append(row.guid)
        return None
    content = earlier.read_content() if earlier else None
    if earlier is None or content is None:
        report.removed.append(row.guid)
        change = Change(guid=row.guid, domain=Domain.OFFICIAL, operation=Operation.UNDO, rewrite=_gone)
    else:
        report.restored.append(row.guid)
        change = restoring(earlier, content, Operation.UNDO, actor_name=actor_name, store=store)
    return replace(change, expected_revision=row.sequence if row.deleted_at is None else None)


def _gone(row: Assembly | None, now: datetime) -> None:
    """There was no such assembly before the sync."""


def _version_after(record: SyncRecord, accepted: SyncRecord | None) -> str:
    """Return what the catalogue stands at: a later sync that is not undone goes on deciding that."""
    later = _syncs().filter(pk__gt=record.pk, undone_by=None).exists()
    return accepted.source_version if accepted and later else record.previous_version


def _carry_out(
    changes: list[Change], report: UndoReport, record: SyncRecord, accepted: SyncRecord | None, permit: Permit
) -> None:
    @contextmanager
    def alongside(now: datetime) -> Iterator[None]:
        permit.use_grant([Domain.OFFICIAL], now=now)
        sync_records.check_still_last(accepted)
        before = journal_end()
        yield
        SyncRecord.objects.create(
            recorded_at=now,
            actor=permit.actor.name,
            outcome=SyncRecord.Outcome.DONE,
            source=record.source,
            source_version=_version_after(record, accepted),
            previous_version=accepted.source_version if accepted else "",
            counts={name: len(getattr(report, name)) for name in ("restored", "removed", "left")},
            duration_seconds=report.elapsed_seconds,
            undo_of=record,
            **sync_records.written_since(before),
        )

    commit(changes, permit=permit, detail={"undone": record.pk}, alongside=alongside)
    flush([Domain.OFFICIAL])
