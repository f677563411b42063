"""Every detector, in the order that lets them run alongside writers."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assemblies.inspection.verify.finding import Finding
from assemblies.inspection.verify.payloads import (
    find_leftovers,
    find_payload_faults,
    find_store_fault,
    named_payloads,
    present_guids,
)
from assemblies.inspection.verify.replicas import find_replica_faults, find_waiting_replicas
from assemblies.inspection.verify.working_copy import find_working_copy_faults
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
    result.findings += find_store_fault(store)
    result.findings += find_chain_faults(result.checked)
    result.heads = chain_heads()
    result.findings += find_working_copy_faults(result.checked, track)
    result.findings += find_replica_faults(result.checked, track)
    result.notes += find_waiting_replicas()
    _verify_payloads(result, store, now=now, track=track)
    return result


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


def _verify_payloads(result: Verification, store: PayloadStore, *, now: datetime, track: Track) -> None:
    present = present_guids(store)
    named = named_payloads(track)
    in_order = sorted(named, key=lambda reference: reference.guid)
    result.findings += find_payload_faults(store, in_order, result.checked, track)
    for leftover, is_past_grace in find_leftovers(store, present, {reference.guid for reference in named}, now=now):
        (result.findings if is_past_grace else result.notes).append(leftover)
