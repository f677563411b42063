"""Sync records: what was done or refused, when, by whom and from where. A sync that found nothing new leaves none."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from assemblies.actions.audit import audited_transaction
from assemblies.actions.permit import Permit
from assemblies.documents.canonical import canonical_json
from assemblies.domains import Domain
from assemblies.errors import SyncRefused
from assemblies.journal.append import journal_end
from assemblies.models import SyncRecord
from assemblies.official.plan import SyncPlan
from devmode.audit import AuditFacts, Subject, record
from devmode.models.audit import Outcome

MAX_REASONS = 50
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*(?=@)")


def masked(text: str) -> str:
    """Return an address, or words that hold one, without what stands before its `@`."""
    return _CREDENTIALS.sub("***", text)


def find_last_accepted() -> SyncRecord | None:
    """Return the record of the last sync, or undoing of one, that the official catalogue is the outcome of."""
    return SyncRecord.objects.filter(outcome=SyncRecord.Outcome.DONE).first()


def is_still_last(record: SyncRecord | None) -> bool:
    last = find_last_accepted()
    return (last.pk if last else None) == (record.pk if record else None)


def check_still_last(record: SyncRecord | None) -> None:
    """Raise SyncRefused when another sync came in between; asked within the transaction."""
    if not is_still_last(record):
        raise SyncRefused("Another sync changed the official catalogue meanwhile; try again.", reasons=[], skipped=[])


def written_since(sequence: int) -> dict[str, int | None]:
    """Return the first and the last journal sequence after `sequence`, within the transaction that appended them."""
    head = journal_end()
    return {
        "first_sequence": sequence + 1 if head > sequence else None,
        "last_sequence": head if head > sequence else None,
    }


def counts_of(plan: SyncPlan) -> dict[str, int]:
    return {
        "added": len(plan.added),
        "changed": len(plan.changed),
        "moved": len(plan.moved),
        "removed": len(plan.removed),
        "unchanged": plan.unchanged,
        "local_edits": len(plan.local_edits),
        "claimed": len(plan.claimed),
        "skipped": len(plan.skipped),
    }


def digest_of(plan: SyncPlan, version: str) -> str:
    """Return the SHA-256 of what a plan changes: equal plans have equal digests."""
    written = {"added": plan.added, "changed": plan.changed, "moved": plan.moved}
    facts: dict[str, Any] = {
        what: sorted([one.guid, one.content_hash, one.path] for one in documents) for what, documents in written.items()
    }
    facts |= {"removed": sorted(row.guid for row in plan.removed), "claimed": sorted(plan.claimed), "version": version}
    return hashlib.sha256(canonical_json(facts)).hexdigest()


def record_refusal(
    reasons: Sequence[str],
    *,
    permit: Permit,
    source: str,
    version: str,
    previous_version: str,
    duration_seconds: float,
    counts: Mapping[str, int],
) -> None:
    """Write down a refused sync, in the records and in the audit. Raises AuditUnavailable."""
    now = timezone.now()
    reasons = [masked(reason) for reason in reasons[:MAX_REASONS]]
    with audited_transaction(permit.actor, permit.event):
        SyncRecord.objects.create(
            recorded_at=now,
            actor=permit.actor.name,
            outcome=SyncRecord.Outcome.REFUSED,
            source=masked(source),
            source_version=version,
            previous_version=previous_version,
            counts=dict(counts),
            reasons=reasons,
            duration_seconds=duration_seconds,
        )
        facts = AuditFacts(
            actor=permit.actor,
            event=permit.event,
            subject=Subject(scope=Domain.OFFICIAL),
            outcome=Outcome.FAILED,
            detail={"source": masked(source), "source_version": version, "reasons": reasons},
        )
        record(facts, now=now)
