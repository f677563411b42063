"""What actions say to the audit: each success in its own transaction, each denial, and that failing to say it stops
the change.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.utils import timezone

from assemblies.actions.change import Receipt
from assemblies.errors import AuditUnavailable, DevModeRequired, Forbidden, LibraryBusy, Refusal, StorageFull
from devmode.actor import Actor
from devmode.audit import AuditFacts, AuditUnwritable, Subject, record
from devmode.audit.events import AuditEvent
from devmode.disk_faults import DiskFault, find_disk_fault
from devmode.models.audit import Outcome
from devmode.write_lock import WriteLockTimeout, write_transaction


@contextmanager
def named_failures() -> Iterator[None]:
    """Name what devmode raises within as failures of the library. Raises AuditUnavailable, StorageFull, LibraryBusy."""
    try:
        yield
    except AuditUnwritable as error:
        is_full = find_disk_fault(error) is DiskFault.FULL
        raise (StorageFull if is_full else AuditUnavailable)() from error
    except WriteLockTimeout as error:
        raise LibraryBusy() from error


@contextmanager
def audited_transaction(actor: Actor, event: AuditEvent, *, guid: str = "") -> Iterator[None]:
    """Open a transaction under the write lock; a denial raised within is audited after the rollback.

    `guid` is the one assembly it is about. Raises AuditUnavailable, LibraryBusy, and what is raised within.
    """
    try:
        with named_failures(), write_transaction():
            yield
    except (Forbidden, DevModeRequired) as refusal:
        record_denial(actor, event, refusal, guid=guid)
        raise


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
    subject = assembly_subject(one.guid if one else "", domains.pop() if len(domains) == 1 else "")
    record(AuditFacts(actor=actor, event=event, subject=subject, detail=facts | dict(detail)), now=now)


def record_denial(actor: Actor, event: AuditEvent, refusal: Refusal, *, guid: str = "") -> None:
    """Append the audit entry of a refused change, in a transaction of its own."""
    subject = assembly_subject(guid, str(refusal.detail.get("domain", "")))
    facts = AuditFacts(actor=actor, event=event, subject=subject, detail={"code": refusal.code}, outcome=Outcome.DENIED)
    record_alone(facts, now=timezone.now())


def record_alone(facts: AuditFacts, *, now: datetime) -> None:
    """Append one audit entry in a transaction of its own. Raises AuditUnavailable, StorageFull, LibraryBusy."""
    with named_failures(), write_transaction():
        record(facts, now=now)


def assembly_subject(guid: str, domain: str) -> Subject:
    """Return the audit's subject of one assembly; with no GUID, of several in its domain, if they are in one."""
    return Subject(scope=domain, kind="assembly" if guid else "", id=guid)
