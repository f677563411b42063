"""Write pending changes to their domain databases at once, rather than when they are due.

The audit entry and the use of the grant are durable before anything is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from assemblies.actions.actor import Actor
from assemblies.actions.audit import audited
from assemblies.audit_events import LibraryEvent
from assemblies.domains import Domain
from assemblies.errors import DevModeRequired, Forbidden, LibraryUnavailable
from assemblies.journal.flush import flush
from assemblies.journal.pending import pending_writes
from assemblies.models import DomainState
from devmode.accounts.roles import Role
from devmode.audit import AuditFacts, Subject, record
from devmode.models.audit import Outcome
from devmode.write_lock import write_transaction


@dataclass(frozen=True, kw_only=True)
class Written:
    """How many journal entries each domain database took, and how many assemblies wait still."""

    flushed: dict[str, int]
    pending: int


def write_domains(domains: Sequence[Domain], *, actor: Actor) -> Written:
    """Flush `domains` for an administrator in Dev Mode.

    Raises Forbidden, DevModeRequired, or a Failure: LibraryUnavailable (detail: `errors`, `flushed`, `pending`) when a
    domain database could not be written; what is pending stays so and is tried again.
    """
    asked = {"domains": [str(domain) for domain in domains]}
    with audited(actor, LibraryEvent.FLUSH, []), write_transaction():
        _check_in_dev_mode(actor)
        now = timezone.now()
        actor.use_grant(now=now)
        record(_facts(actor, Outcome.SUCCESS, asked), now=now)
    flushed = {str(domain): 0 for domain in Domain} | flush(domains)
    written = Written(flushed=flushed, pending=len(pending_writes()))
    failing = DomainState.objects.filter(domain__in=domains, attempts__gt=0)
    if errors := dict(failing.values_list("domain", "last_error")):
        with audited(actor, LibraryEvent.FLUSH, []), write_transaction():
            record(_facts(actor, Outcome.FAILED, asked | {"errors": errors}), now=timezone.now())
        words = " ".join(f"{domain}: {error}" for domain, error in errors.items())
        raise LibraryUnavailable(words, errors=errors, flushed=flushed, pending=written.pending)
    return written


def _check_in_dev_mode(actor: Actor) -> None:
    if actor.refusal(Domain.OFFICIAL) is None:
        return
    if actor.role == Role.ADMINISTRATOR:
        raise DevModeRequired("Enable Dev Mode to write now; pending changes are written when they are due anyway.")
    raise Forbidden("Only administrators may do this; pending changes are written when they are due anyway.")


def _facts(actor: Actor, outcome: Outcome, detail: dict[str, Any]) -> AuditFacts:
    domains = detail["domains"]
    return AuditFacts(
        actor=actor.name,
        role=actor.role,
        event=LibraryEvent.FLUSH,
        outcome=outcome,
        subject=Subject(scope=domains[0] if len(domains) == 1 else ""),
        remote_address=actor.remote_address,
        dev_mode=actor.dev_mode,
        detail=detail,
    )
