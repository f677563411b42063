"""Append to the audit, and check that nobody else did.

`record` runs inside the caller's transaction, so a privileged change and its audit entry are durable together or not
at all.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError

from devmode.chain import chained_hash, find_chain_breaks
from devmode.models.audit import AuditEntry, AuditHead, Outcome

logger = logging.getLogger(__name__)
CHAINED_FIELDS = "sequence actor role remote_address event domain assembly_guid outcome dev_mode detail".split()


class AuditUnwritable(Exception):
    """The audit entry could not be written."""


@dataclass(frozen=True, kw_only=True)
class AuditFacts:
    """What there is to say about one operation."""

    actor: str
    role: str
    event: str
    outcome: Outcome = Outcome.SUCCESS
    remote_address: str = ""
    domain: str = ""
    assembly_guid: str = ""
    dev_mode: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)


def record(facts: AuditFacts, *, now: datetime) -> AuditEntry:
    """Append one entry within the current transaction. Raises AuditUnwritable; the caller must then change nothing."""
    try:
        head, _created = AuditHead.objects.select_for_update().get_or_create(id=1)
        entry = _next_entry(head, facts, now)
        entry.save(force_insert=True)
        head.sequence, head.hash = entry.sequence, entry.hash
        head.save(force_update=True)
    except DatabaseError as error:
        raise AuditUnwritable(str(error)) from error
    logger.info("audit %s %s by %s (%s): %s", entry.sequence, entry.event, entry.actor, entry.outcome, entry.detail)
    return entry


def _next_entry(head: AuditHead, facts: AuditFacts, now: datetime) -> AuditEntry:
    entry = AuditEntry(
        sequence=head.sequence + 1,
        recorded_at=now,
        actor=facts.actor,
        role=facts.role,
        remote_address=facts.remote_address,
        event=facts.event,
        domain=facts.domain,
        assembly_guid=facts.assembly_guid,
        outcome=facts.outcome,
        dev_mode=facts.dev_mode,
        detail=json.dumps(facts.detail, sort_keys=True, ensure_ascii=False),
        previous_hash=head.hash,
    )
    entry.hash = entry_hash(entry)
    return entry


def entry_hash(entry: AuditEntry) -> str:
    facts: dict[str, object] = {name: getattr(entry, name) for name in CHAINED_FIELDS}
    return chained_hash(entry.previous_hash, facts | {"recorded_at": entry.recorded_at.astimezone(UTC).isoformat()})


def find_breaks() -> Iterator[tuple[int, str]]:
    """Yield (sequence, what is wrong) for each place where the audit does not hold together."""
    return find_chain_breaks(AuditEntry.objects.order_by("sequence").iterator(), entry_hash, find_head, chain="audit")


def find_head() -> tuple[int, str]:
    """Return the sequence and hash the chain must end with; 0 and "" while it is empty."""
    return AuditHead.objects.values_list("sequence", "hash").filter(id=1).first() or (0, "")
