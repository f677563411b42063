"""The domain databases against the journal: each holds exactly what the entries up to its watermark leave.

Rows and watermark change in one transaction, so the rows read between two equal watermarks belong to it.
"""

from collections import Counter
from collections.abc import Iterator

from django.db import DatabaseError, transaction

from assemblies.domains import Domain
from assemblies.errors import ReplicaMismatch
from assemblies.inspection.verify.databases import guarded
from assemblies.inspection.verify.finding import (
    BATCH_ROWS,
    Finding,
    differing_columns,
    entries_at,
    find_content,
    last_sequences,
)
from assemblies.journal.replica import check_watermark, lock_watermark
from assemblies.models import DomainAssembly, DomainState, JournalHead, Watermark, replica_model
from assemblies.models.columns import project
from assemblies.progress import Track, in_batches

ATTEMPTS = 5


def find_replica_faults(checked: "Counter[str]", track: Track) -> Iterator[Finding]:
    """Yield what is wrong with each domain database. One that cannot be read is a finding and hides no other."""
    for domain in Domain:
        yield from guarded(_faults(domain, checked, track), domain.alias)


def _faults(domain: Domain, checked: "Counter[str]", track: Track) -> Iterator[Finding]:
    checked[f"{domain}_rows"] = 0
    # The record first: it may only lag, so whatever it says, the watermark read after it must have reached.
    recorded = DomainState.objects.filter(domain=domain).values_list("persisted_sequence", flat=True).first() or 0
    watermark = _find_watermark(domain)
    reached = watermark.sequence if watermark else 0
    if recorded > reached:
        yield Finding(
            "domain_state", domain, f"recorded as persisted up to {recorded}, but holds entries up to {reached}"
        )
    if watermark is None:
        if replica_model(domain).objects.exists():
            yield Finding("watermark", domain, "the database holds rows but no watermark; run prepare")
    elif fault := _watermark_fault(watermark):
        yield Finding("watermark", domain, fault)
    else:
        yield from _settled_differences(domain, watermark, checked, track)


def find_waiting_replicas() -> Iterator[Finding]:
    """Yield, as notes, the domain databases with rows that the next flush compares with the journal."""
    for domain in Domain:
        try:
            watermark = _find_watermark(domain)
            waits = watermark is not None and not watermark.sequence and replica_model(domain).objects.exists()
        except DatabaseError:
            continue
        if waits:
            yield Finding("replica", domain, "the database was adopted and waits for its first flush")


def _find_watermark(domain: Domain) -> Watermark | None:
    return Watermark.objects.using(domain.alias).filter(domain=domain).first()


def _watermark_fault(watermark: Watermark) -> str:
    if not JournalHead.objects.exists():
        return "the library has no journal, but the database follows one; restore the default database"
    try:
        check_watermark(watermark)
    except ReplicaMismatch as mismatch:
        return mismatch.message
    return ""


def _settled_differences(domain: Domain, watermark: Watermark, checked: "Counter[str]", track: Track) -> list[Finding]:
    """Compare until no flush comes in between; one that is flushed without pause is held still for a moment."""
    for _attempt in range(ATTEMPTS):
        findings = _differences(domain, watermark.sequence, checked, track)
        now = _find_watermark(domain)
        if now is not None and now.sequence == watermark.sequence:
            return findings
        watermark = now or watermark
    with transaction.atomic(using=domain.alias):
        return _differences(domain, lock_watermark(domain).sequence, checked, track)


def _differences(domain: Domain, up_to: int, checked: "Counter[str]", track: Track) -> list[Finding]:
    # Before the first flush the rows of an adopted database belong to no revision of this journal.
    return list(_row_differences(domain, up_to, checked, track)) if up_to else []


def _row_differences(domain: Domain, up_to: int, checked: "Counter[str]", track: Track) -> Iterator[Finding]:
    last = last_sequences(up_to, domain)
    seen: set[str] = set()
    checked[f"{domain}_rows"] = 0
    rows = replica_model(domain).objects.order_by("guid").iterator(chunk_size=BATCH_ROWS)
    for batch in in_batches(track(rows, f"Comparing {domain}.db", len(last)), BATCH_ROWS):
        checked[f"{domain}_rows"] += len(batch)
        seen.update(row.guid for row in batch)
        yield from _row_faults(domain, batch, last)
    for guid in _missing(last, seen):
        yield Finding("replica", guid, f"missing from the {domain} database")


def _row_faults(domain: Domain, rows: list[DomainAssembly], last: dict[str, int]) -> Iterator[Finding]:
    entries = entries_at(last[row.guid] for row in rows if row.guid in last)
    for row in rows:
        entry = entries.get(last.get(row.guid, 0))
        if entry is None or not entry.content:
            yield Finding("replica", row.guid, f"in the {domain} database, but not in the journal at its watermark")
            continue
        content = find_content(entry)
        expected = {"sequence": entry.sequence, **(project(content) if content else {})}
        if names := differing_columns(row, expected):
            yield Finding(
                "replica", row.guid, f"differs from revision {entry.sequence} in the {domain} database in: {names}"
            )


def _missing(last: dict[str, int], seen: set[str]) -> list[str]:
    """Return the GUIDs whose last entry is no deletion and that have no row."""
    absent = {sequence: guid for guid, sequence in last.items() if guid not in seen}
    batches = in_batches(absent, BATCH_ROWS)
    return [absent[entry.sequence] for batch in batches for entry in entries_at(batch).values() if entry.content]
