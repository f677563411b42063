"""Remove old runs: output, events, attempts and items. Manifests stay, with the seals that name their hashes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from assemblies.actions.audit import record_alone
from assemblies.actions.permit import Permit
from assemblies.execution.models import EventSwept, Run, RunOutput, WorkItem, WorkItemAttempt, WorkItemEvent
from assemblies.execution.transitions import ALIAS
from devmode.audit import AuditFacts
from devmode.write_lock import write_transaction

BATCH = 200


@dataclass(frozen=True)
class Sweep:
    """How many runs were, or would be, removed, and when the first and the last of them ended."""

    runs: int = 0
    first: datetime | None = None
    last: datetime | None = None


def sweep_runs(days: int, *, permit: Permit, now: datetime, dry_run: bool = False) -> Sweep:
    """Remove runs that ended more than `days` days ago, in batches; each batch is audited before it goes.

    A run that the audit has not sealed yet stays.
    """
    due = Run.objects.finished().filter(finished_at__lt=now - timedelta(days=days)).exclude(sealed_at=None)
    total = _measure(due)
    if dry_run:
        return total
    while runs := list(due.order_by("finished_at", "run_id")[:BATCH]):
        _audit(runs, permit, now)
        _remove([run.run_id for run in runs])
    return total


def _measure(due: "QuerySet[Run]") -> Sweep:
    ends = due.order_by("finished_at").values_list("finished_at", flat=True)
    return Sweep(due.count(), ends.first(), ends.last())


def _audit(runs: list[Run], permit: Permit, now: datetime) -> None:
    names = sorted(run.run_id for run in runs)
    detail: dict[str, Any] = {
        "runs": len(runs),
        "first_ended_at": _text(runs[0].finished_at),
        "last_ended_at": _text(runs[-1].finished_at),
        "sha256_of_run_ids": hashlib.sha256("\n".join(names).encode()).hexdigest(),
    }
    record_alone(AuditFacts(actor=permit.actor, event=permit.event, detail=detail), now=now)


def _text(time: datetime | None) -> str:
    return time.isoformat() if time else ""


def _remove(run_ids: list[str]) -> None:
    with write_transaction(ALIAS):
        # The triggers let events go while this row is there, which nobody else ever sees.
        mark = EventSwept.objects.create()
        for model in (RunOutput, WorkItemEvent, WorkItemAttempt, WorkItem, Run):
            model.objects.filter(run_id__in=run_ids).delete()
        mark.delete()
