"""What actions say to the audit: each success in its own transaction, each denial, and that failing to say it stops
the change.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils import timezone

from assemblies.actions.actor import Actor
from assemblies.actions.change import Change, Receipt
from assemblies.domains import Domain
from assemblies.errors import AuditUnavailable, DevModeRequired, Forbidden, LibraryBusy, Refusal
from devmode.audit import AuditFacts, AuditUnwritable, Subject, record
from devmode.audit.events import AuditEvent
from devmode.models.audit import Outcome
from devmode.write_lock import WriteLockTimeout, write_transaction


@contextmanager
def named_failures() -> Iterator[None]:
    """Name what devmode raises within as failures of the library. Raises AuditUnavailable, LibraryBusy."""
    try:
        yield
    except AuditUnwritable as error:
        raise AuditUnavailable() from error
    except WriteLockTimeout as error:
        raise LibraryBusy() from error


@contextmanager
def audited(actor: Actor, event: AuditEvent, changes: Sequence[Change], *, assembly_guid: str = "") -> Iterator[None]:
    """Record a denial raised within, after its transaction was rolled back; name failures as `named_failures` does."""
    try:
        with named_failures():
            yield
    except (Forbidden, DevModeRequired) as refusal:
        guid = changes[0].guid if len(changes) == 1 else assembly_guid
        record_denial(actor, event, refusal, assembly_guid=guid)
        raise


def check_may_write(actor: Actor, domain: Domain, event: AuditEvent, *, assembly_guid: str = "") -> None:
    """Raise, and audit, Forbidden or DevModeRequired unless the actor may change `domain`, before payloads."""
    if refusal := actor.refusal(domain):
        record_denial(actor, event, refusal, assembly_guid=assembly_guid)
        raise refusal


def use_grant(actor: Actor, event: AuditEvent) -> None:
    """Use the actor's Dev Mode grant for something that may turn out to change nothing. Raises DevModeRequired."""
    if actor.dev_mode:
        with audited(actor, event, ()), write_transaction():
            actor.use_grant(now=timezone.now())


def record_success(
    actor: Actor, event: AuditEvent, receipts: Sequence[Receipt], detail: Mapping[str, Any], *, now: datetime
) -> None:
    """Append one audit entry for one action, within its transaction."""
    changed = [receipt for receipt in receipts if receipt.changed]
    one = changed[0] if len(changed) == 1 else None
    facts = {"revision": one.revision} if one else {"changes": len(changed)}
    if len(changed) > 1:
        facts["last_revision"] = changed[-1].revision
    domains = {str(receipt.domain) for receipt in changed}
    record(
        _facts(
            actor, event, detail=facts | dict(detail),
            subject=assembly_subject(one.guid if one else "", domains.pop() if len(domains) == 1 else ""),
        ),
        now=now,
    )  # fmt: skip


def record_denial(actor: Actor, event: AuditEvent, refusal: Refusal, *, assembly_guid: str = "") -> None:
    """Append the audit entry of a refused change, in a transaction of its own."""
    domain = str(refusal.detail.get("domain", ""))
    subject = assembly_subject(assembly_guid, domain)
    facts = _facts(actor, event, subject=subject, detail={"code": refusal.code}, outcome=Outcome.DENIED)
    with named_failures(), write_transaction():
        record(facts, now=timezone.now())


def assembly_subject(guid: str, domain: str) -> Subject:
    """Return the audit's subject of one assembly; with no GUID, of several in its domain, if they are in one."""
    return Subject(scope=domain, kind="assembly" if guid else "", id=guid)


def _facts(actor: Actor, event: AuditEvent, **facts: Any) -> AuditFacts:
    return AuditFacts(
        actor=actor.name,
        role=actor.role,
        event=event,
        remote_address=actor.remote_address,
        dev_mode=actor.dev_mode,
        **facts,
    )
