"""Every detector, in the order that lets them run alongside writers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assemblies.inspection.verify.annotations import find_annotation_faults
from assemblies.inspection.verify.databases import find_database_faults, guarded
from assemblies.inspection.verify.finding import Finding
from assemblies.inspection.verify.payloads import (
    find_leftovers,
    find_payload_faults,
    find_store_fault,
    named_payloads,
    present_guids,
)
from assemblies.inspection.verify.replicas import find_replica_faults, find_waiting_replicas
from assemblies.inspection.verify.working_copy import find_derived_faults, find_working_copy_faults
from assemblies.journal import chain
from assemblies.models import JournalEntry
from assemblies.payloads import PayloadStore
from assemblies.progress import Track, untracked
from devmode import audit
from devmode.models import AuditEntry


@dataclass(kw_only=True)
class Verification:
    """What was found. `notes` are no faults; `checked` says how much was looked at, sizes in bytes.

    `heads` names the last entry of each chain, as "sequence:hash": kept elsewhere, it shows when a tail was cut.
    """

    findings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    checked: "Counter[str]" = field(default_factory=Counter)
    heads: dict[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        return {
            "findings": [finding.json() for finding in self.findings],
            "notes": [note.json() for note in self.notes],
            "checked": dict(self.checked),
            "heads": self.heads,
        }


def verify_library(store: PayloadStore, *, now: datetime, track: Track = untracked) -> Verification:
    """Check the whole library; reads every payload once. Raises StorageUnavailable when the store cannot be listed."""
    result = Verification()
    result.findings += guarded(find_store_fault(store))
    result.findings += find_database_faults(track)
    result.findings += guarded(find_chain_faults(result.checked))
    result.findings += guarded(_note_heads(result))
    result.findings += guarded(find_working_copy_faults(result.checked, track))
    result.findings += guarded(find_derived_faults(store, track))
    result.findings += guarded(find_annotation_faults())
    result.findings += find_replica_faults(result.checked, track)
    result.notes += find_waiting_replicas()
    result.findings += guarded(_payload_faults(result, store, now=now, track=track))
    result.findings = _once(result.findings)
    return result


def _once(findings: list[Finding]) -> list[Finding]:
    """Leave out what was said before: a database that cannot be read stops several detectors."""
    return list(dict.fromkeys(findings))


def _note_heads(result: Verification) -> Iterator[Finding]:
    result.heads = chain_heads()
    yield from ()


def find_chain_faults(checked: "Counter[str]") -> Iterator[Finding]:
    """Yield each entry that is missing or was altered, and a tail that was cut."""
    for sequence, fault in chain.find_breaks():
        yield Finding("journal", str(sequence), fault)
    for sequence, fault in audit.find_breaks():
        yield Finding("audit", str(sequence), fault)
    checked["journal_entries"] = JournalEntry.objects.count()
    checked["audit_entries"] = AuditEntry.objects.count()


def chain_heads() -> dict[str, str]:
    """Return where each chain ends, as "sequence:hash"."""
    heads = {"journal": chain.find_head(), "audit": audit.find_head()}
    return {name: f"{sequence}:{digest}" for name, (sequence, digest) in heads.items()}


def _payload_faults(result: Verification, store: PayloadStore, *, now: datetime, track: Track) -> Iterator[Finding]:
    present = present_guids(store)
    named = named_payloads(track)
    in_order = sorted(named, key=lambda reference: reference.guid)
    yield from find_payload_faults(store, in_order, result.checked, track)
    for leftover, is_past_grace in find_leftovers(store, present, {reference.guid for reference in named}, now=now):
        if is_past_grace:
            yield leftover
        else:
            result.notes.append(leftover)
