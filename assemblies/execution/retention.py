"""Remove old runs: output, events, attempts and items. Manifests stay, with the seals that name their hashes."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from assemblies.actions.audit import record_alone
from assemblies.actions.permit import Permit
from assemblies.execution import changes
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

    A run that the audit has not sealed yet stays, and one that is still to be copied.
    """
    due = Run.objects.finished().filter(finished_at__lt=now - timedelta(days=days)).exclude(sealed_at=None)
    swept = Sweep()
    for batch in _batches(due):
        waiting = changes.uncopied([run.run_id for run in batch])
        if not (runs := [run for run in batch if run.run_id not in waiting]):
            continue
        if not dry_run:
            _audit(runs, permit, now)
            _remove([run.run_id for run in runs])
        swept = Sweep(swept.runs + len(runs), swept.first or runs[0].finished_at, runs[-1].finished_at)
    return swept


def _batches(due: "QuerySet[Run]") -> Iterator[list[Run]]:
    """Yield the runs in the order of their ends; each batch begins after the one before, whatever became of it."""
    rows, ordered = due, ("finished_at", "run_id")
    while batch := list(rows.order_by(*ordered)[:BATCH]):
        yield batch
        last = batch[-1]
        rows = due.filter(Q(finished_at__gt=last.finished_at) | Q(finished_at=last.finished_at, run_id__gt=last.run_id))


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
