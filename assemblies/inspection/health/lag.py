"""How far each domain database is behind the journal."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min
from django.utils import timezone

from assemblies.domains import Domain
from assemblies.journal.pending import pending_entries
from assemblies.models import DomainState


@dataclass(frozen=True, kw_only=True)
class Lag:
    """What a domain database lacks; `pending` counts journal entries, `seconds` the age of the oldest of them."""

    domain: Domain
    persisted_sequence: int
    pending: int
    seconds: float
    attempts: int
    last_error: str
    last_attempt_at: datetime | None
    last_flush_at: datetime | None


def replica_lags() -> list[Lag]:
    """Return how each domain database stands, by what `default` knows of it; two queries."""
    states = {state.domain: state for state in DomainState.objects.all()}
    persisted = {domain: states[domain].persisted_sequence if domain in states else 0 for domain in Domain}
    waiting = pending_entries(persisted).order_by().values_list("domain")
    counted = waiting.annotate(pending=Count("sequence"), oldest=Min("recorded_at"))
    lacking = {domain: (pending, oldest) for domain, pending, oldest in counted}
    return [_lag(domain, states.get(domain), *lacking.get(domain, (0, None))) for domain in Domain]


def _lag(domain: Domain, state: DomainState | None, pending: int, oldest: datetime | None) -> Lag:
    return Lag(
        domain=domain,
        persisted_sequence=state.persisted_sequence if state else 0,
        pending=pending,
        seconds=(timezone.now() - oldest).total_seconds() if oldest else 0.0,
        attempts=state.attempts if state else 0,
        last_error=state.last_error if state else "",
        last_attempt_at=state.last_attempt_at if state else None,
        last_flush_at=state.last_flush_at if state else None,
    )
