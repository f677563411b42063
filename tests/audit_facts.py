"""What the audit is told, made for tests."""

from typing import Any

from assemblies.audit_events import LibraryEvent
from devmode.actor import Actor, Role
from devmode.audit import AuditFacts


def audit_facts(
    actor: str = "olga", *, role: Role = Role.OPERATOR, remote_address: str = "", dev_mode: bool = False, **facts: Any
) -> AuditFacts:
    """Return facts about somebody who is in Dev Mode or not; `event` is an update unless it is given."""
    who = Actor(name=actor, role=role, remote_address=remote_address, grant_id=1 if dev_mode else None)
    return AuditFacts(actor=who, event=facts.pop("event", LibraryEvent.UPDATE), **facts)
