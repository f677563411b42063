"""Change what is said about an assembly beside its content, with the guarantees of `commit`: permission asked on the
row, one transaction on `default` with its audit entry, denials audited.

Such rows make no revision: they are no part of what a domain database holds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from assemblies.actions.actor import Actor
from assemblies.actions.audit import assembly_subject, audited
from assemblies.actions.find import require_live
from assemblies.domains import Domain
from assemblies.journal.append import lock_head
from assemblies.journal.space import require_space_for_changes
from assemblies.models import Assembly
from devmode.audit import AuditFacts, record
from devmode.audit.events import AuditEvent
from devmode.write_lock import write_transaction


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """The transaction of one such change; what ends without a `record` must have changed nothing."""

    row: Assembly
    actor: Actor
    event: AuditEvent
    now: datetime

    def record(self, **detail: Any) -> None:
        """Append the audit entry of the change."""
        facts = AuditFacts(
            actor=self.actor.name,
            role=self.actor.role,
            event=self.event,
            subject=assembly_subject(self.row.guid, self.row.domain),
            remote_address=self.actor.remote_address,
            dev_mode=self.actor.dev_mode,
            detail=detail,
        )
        record(facts, now=self.now)


@contextmanager
def beside(guid: str, *, actor: Actor, event: AuditEvent, personal: bool = False) -> Iterator[Occasion]:
    """Open the transaction of a change beside a live assembly; `personal` things need no permission for its domain.

    Raises AssemblyNotFound, Forbidden, DevModeRequired, or a Failure.
    """
    require_space_for_changes()
    with audited(actor, event, (), assembly_guid=guid), write_transaction():
        lock_head()
        # Read under the lock: what waited for it must not pass for earlier than it is, least of all a grant's use.
        now = timezone.now()
        row = require_live(Assembly.objects.without_texts().filter(guid=guid).first(), guid)
        if not personal:
            _use_permission(actor, Domain(row.domain), now)
        yield Occasion(row=row, actor=actor, event=event, now=now)


def _use_permission(actor: Actor, domain: Domain, now: datetime) -> None:
    actor.check_may_write(domain)
    if domain != Domain.USER:
        actor.use_grant(now=now)
