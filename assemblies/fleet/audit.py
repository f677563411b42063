"""What administrators do with devices is audited first, then done: without the entry nothing happens.

The audit is in `default`, devices are in `execution`, and no code holds both write locks. A crash between the two
leaves an entry of what was permitted and not done, never the other way round.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assemblies.actions.audit import record_alone
from assemblies.actions.permit import Permit, get_permit
from assemblies.audit_events import LibraryEvent
from assemblies.permissions import Place, Verb
from devmode.actor import Actor
from devmode.audit import AuditFacts, Subject


def permit_of(actor: Actor, event: LibraryEvent, *, only_looking: bool = False) -> Permit:
    """Return the permit to administer devices. Raises Forbidden."""
    return get_permit(actor, event, Place.LIBRARY, verb=Verb.ADMINISTER, only_looking=only_looking)


def tell_audit(permit: Permit, kind: str, subject: str, detail: Mapping[str, Any], *, now: datetime) -> None:
    """Record what is about to be done to a `kind` of the fleet. Raises AuditUnavailable, StorageFull, LibraryBusy."""
    known = {name: value for name, value in detail.items() if value}
    facts = AuditFacts(actor=permit.actor, event=permit.event, subject=Subject(kind=kind, id=subject), detail=known)
    record_alone(facts, now=now)
