"""Flush: write pending changes to their domain databases at once, rather than when they are due.

The audit entry and the use of the grant are durable before anything is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from assemblies.actions.audit import audited_transaction
from assemblies.actions.permit import Permit
from assemblies.domains import Domain
from assemblies.errors import LibraryUnavailable
from assemblies.journal.flush import flush
from assemblies.journal.pending import pending_writes
from assemblies.models import DomainState
from assemblies.permissions import Place
from devmode.audit import AuditFacts, Subject, record
from devmode.models.audit import Outcome


@dataclass(frozen=True, kw_only=True)
class Flushed:
    """How many journal entries each domain database took, and how many assemblies wait still."""

    flushed: dict[str, int]
    pending: int


def flush_domains(domains: Sequence[Domain], *, permit: Permit) -> Flushed:
    """Flush `domains` for an administrator in Dev Mode.

    Raises Forbidden, DevModeRequired, or a Failure: LibraryUnavailable (detail: `errors`, `flushed`, `pending`) when a
    domain database could not be written; what is pending stays so and is tried again.
    """
    wanted = {"domains": [str(domain) for domain in domains]}
    with audited_transaction(permit.actor, permit.event):
        now = timezone.now()
        permit.check(Place.LIBRARY)
        permit.use_grant([Place.LIBRARY], now=now)
        record(_facts(permit, Outcome.SUCCESS, wanted), now=now)
    flushed = {str(domain): 0 for domain in Domain} | flush(domains)
    done = Flushed(flushed=flushed, pending=len(pending_writes()))
    failing = DomainState.objects.filter(domain__in=domains, attempts__gt=0)
    if errors := dict(failing.values_list("domain", "last_error")):
        with audited_transaction(permit.actor, permit.event):
            record(_facts(permit, Outcome.FAILED, wanted | {"errors": errors}), now=timezone.now())
        words = " ".join(f"{domain}: {error}" for domain, error in errors.items())
        raise LibraryUnavailable(words, errors=errors, flushed=flushed, pending=done.pending)
    return done


def _facts(permit: Permit, outcome: Outcome, detail: dict[str, Any]) -> AuditFacts:
    domains = detail["domains"]
    subject = Subject(scope=domains[0] if len(domains) == 1 else "")
    return AuditFacts(actor=permit.actor, event=permit.event, outcome=outcome, subject=subject, detail=detail)
