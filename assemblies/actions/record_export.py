"""Say in the audit that a domain, or the whole library, was exported: by whom, and at which revision."""

from django.utils import timezone

from assemblies.actions.audit import record_alone
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from devmode.actor import Actor
from devmode.audit import AuditFacts, Subject

REVISION_HEADER = "X-Borealis-Revision"


def record_export(actor: Actor, domain: Domain | None, *, style: str, revision: int, count: int, left_out: int) -> None:
    """Append the audit entry before anything is handed over. Raises AuditUnavailable, LibraryBusy.

    `revision` is the journal's before the first assembly was read: the export has all of it, and maybe more.
    """
    detail = {"style": style, "revision": revision, "documents": count, "left_out": left_out}
    subject = Subject(scope=str(domain or ""))
    facts = AuditFacts(actor=actor, event=LibraryEvent.EXPORT, subject=subject, detail=detail)
    record_alone(facts, now=timezone.now())
