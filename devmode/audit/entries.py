"""Append to the audit.

`record` runs inside the caller's transaction, so a privileged change and its audit entry are durable together or not
at all.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from devmode.actor import Actor
from devmode.audit.events import AuditEvent
from devmode.audit.hashing import HASH_VERSION, entry_hash
from devmode.models.audit import AuditEntry, AuditHead, Outcome
from devmode.statements import insert, locked, update

logger = logging.getLogger(f"borealis.engine.{__name__}")


class AuditUnwritable(Exception):
    """The audit entry could not be written."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an operation is about: `scope` is where it takes place, `kind` and `id` name the one thing it is done to.

    Each is empty where there is none.
    """

    scope: str = ""
    kind: str = ""
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditFacts:
    """What there is to say about one operation."""

    actor: Actor
    event: AuditEvent
    outcome: Outcome = Outcome.SUCCESS
    subject: Subject = Subject()
    detail: Mapping[str, Any] = field(default_factory=dict)


def record(facts: AuditFacts, *, now: datetime) -> AuditEntry:
    """Append one entry within the current transaction. Raises AuditUnwritable; the caller must then change nothing."""
    try:
        head = locked(AuditHead, 1)
        entry = _next_entry(head, facts, now)
        insert(AuditEntry, [vars(entry)])
        head.sequence, head.hash = entry.sequence, entry.hash
        update(head)
    except DatabaseError as error:
        raise AuditUnwritable(str(error)) from error
    logger.info("audit %s %s by %s (%s): %s", entry.sequence, entry.event, entry.actor, entry.outcome, entry.detail)
    return entry


def _next_entry(head: AuditHead, facts: AuditFacts, now: datetime) -> AuditEntry:
    entry = AuditEntry(
        sequence=head.sequence + 1,
        recorded_at=now,
        actor=facts.actor.name,
        role=facts.actor.role,
        remote_address=facts.actor.remote_address,
        event=facts.event,
        scope=facts.subject.scope,
        subject_kind=facts.subject.kind,
        subject_id=facts.subject.id,
        outcome=facts.outcome,
        dev_mode=facts.actor.dev_mode,
        detail=json.dumps(facts.detail, sort_keys=True, ensure_ascii=False),
        previous_hash=head.hash,
        hash_version=HASH_VERSION,
    )
    entry.hash = entry_hash(entry)
    return entry
