"""How far each domain database is behind the journal."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min

from assemblies.domains import Domain
from assemblies.journal.pending import is_overdue, pending_entries
from assemblies.models import DomainState


@dataclass(frozen=True, kw_only=True)
class Lag:
    """What a domain database lacks; `pending` counts journal entries, `seconds` the age of the oldest of them.

    `is_overdue` when that should have been written long ago.
    """

    domain: Domain
    persisted_sequence: int
    pending: int
    seconds: float
    is_overdue: bool
    attempts: int
    last_error: str
    last_attempt_at: datetime | None
    last_flush_at: datetime | None


def replica_lags(*, interval: timedelta, now: datetime) -> list[Lag]:
    """Return how each domain database stands, by what `default` knows of it; two queries."""
    states = {state.domain: state for state in DomainState.objects.all()}
    persisted = {domain: states[domain].persisted_sequence if domain in states else 0 for domain in Domain}
    waiting = pending_entries(persisted).order_by().values_list("domain")
    counted = waiting.annotate(pending=Count("sequence"), oldest=Min("recorded_at"))
    lacking = {domain: (pending, oldest) for domain, pending, oldest in counted}
    lags = []
    for domain in Domain:
        pending, oldest = lacking.get(domain, (0, None))
        age = (now - oldest).total_seconds() if oldest else 0.0
        is_late = oldest is not None and is_overdue(oldest, interval=interval, now=now)
        # A clock that was set back makes no change younger than new.
        lags.append(_lag(domain, states.get(domain), pending, max(age, 0.0), is_late=is_late))
    return lags


def _lag(domain: Domain, state: DomainState | None, pending: int, seconds: float, *, is_late: bool) -> Lag:
    return Lag(
        domain=domain,
        persisted_sequence=state.persisted_sequence if state else 0,
        pending=pending,
        seconds=seconds,
        is_overdue=is_late,
        attempts=state.attempts if state else 0,
        last_error=state.last_error if state else "",
        last_attempt_at=state.last_attempt_at if state else None,
        last_flush_at=state.last_flush_at if state else None,
    )
