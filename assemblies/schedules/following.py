"""What came of an occurrence, by its runs. Read at any time; written down by the scheduler while the runs are there."""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.utils import timezone

from assemblies.execution.models import Manifest, Run, WorkItem
from assemblies.execution.states import TERMINAL, Status
from assemblies.execution.transitions import ALIAS
from assemblies.progress import in_batches
from assemblies.schedules.models import JobEvent, Occurrence, OccurrenceStatus, Rerun
from assemblies.schedules.models.occurrence import LIVE
from devmode.write_lock import write_transaction

logger = logging.getLogger(f"borealis.engine.{__name__}")
EXPIRED = "expired"
BATCH = 200
MAX_JOB_EVENTS = 20_000
SUBMITTED_WITHIN = timedelta(seconds=60)
WORST = {
    Status.FAILED: OccurrenceStatus.FAILED,
    Status.TIMED_OUT: OccurrenceStatus.TIMED_OUT,
    Status.CANCELED: OccurrenceStatus.CANCELED,
}


@dataclass(frozen=True)
class Outcome:
    """Where the runs of an occurrence are; times are those of the first to start and of the last to end.

    Of runs that are not there nothing is known.
    """

    status: OccurrenceStatus
    counts: dict[str, int] = field(default_factory=dict)
    started_at: datetime | None = None
    finished_at: datetime | None = None
    is_known: bool = True


@dataclass(frozen=True)
class Rows:
    """What there is of some runs, by GUID; `swept` are how those ended whose rows retention removed."""

    runs: dict[str, Run]
    items: dict[str, list[WorkItem]] = field(default_factory=lambda: defaultdict(list))
    swept: dict[str, Status] = field(default_factory=dict)


def outcomes_of(occurrences: Collection[Occurrence]) -> dict[int, Outcome]:
    """Return the outcome of each occurrence by its id: as it was written down, or by its runs as they are now."""
    ids = {one.pk: one.run_ids() for one in occurrences if one.status in LIVE}
    rows = _rows_of([run_id for of_one in ids.values() for run_id in of_one])
    return {one.pk: _outcome_of(ids[one.pk], rows) if ids.get(one.pk) else _kept(one) for one in occurrences}


def follow(*, now: datetime) -> int:
    """Write down what became of live occurrences, and return how many changed."""
    rows = list(Occurrence.objects.to_follow().order_by("id"))
    return sum(_follow_guarded(batch, now) for batch in in_batches(rows, BATCH)) + _follow_reruns(now)


def _follow_reruns(now: datetime) -> int:
    """Tell what became of occurrences that somebody runs again; what was told whole is forgotten."""
    reruns = list(Rerun.objects.select_related("occurrence__job")[:BATCH])
    rows = _rows_of([run_id for one in reruns for run_id in one.run_ids]) if reruns else Rows({})
    changed = [(one, outcome) for one in reruns if (outcome := _outcome_of(one.run_ids, rows)).status != one.status]
    # Submitted at this moment, or never: then there is nothing to tell.
    begun = [(one, outcome) for one, outcome in changed if outcome.is_known or now - one.created_at > SUBMITTED_WITHIN]
    if begun:
        with write_transaction(ALIAS):
            for rerun, outcome in begun:
                _write_rerun(rerun, outcome)
    return len(begun)


def _write_rerun(rerun: Rerun, outcome: Outcome) -> None:
    # Another scheduler may have written the same.
    rows, is_over = Rerun.objects.filter(pk=rerun.pk, status=rerun.status), outcome.status not in LIVE
    if not (rows.delete()[0] if is_over else rows.update(status=outcome.status)) or not outcome.is_known:
        return
    if rerun.status == OccurrenceStatus.PENDING and outcome.started_at:
        _tell(rerun.occurrence, rerun.run_ids[0], JobEvent.STARTED, OccurrenceStatus.RUNNING)
    if is_over:
        _tell(rerun.occurrence, rerun.run_ids[0], JobEvent.COMPLETED, outcome.status)


def _follow_guarded(rows: Sequence[Occurrence], now: datetime) -> int:
    """Follow these; an occurrence that cannot be read keeps no other from being written down."""
    try:
        return _follow(rows, now)
    except ValueError:
        if len(rows) > 1:
            return sum(_follow_guarded([row], now) for row in rows)
        logger.critical("scheduler: occurrence %s cannot be read", rows[0].pk, exc_info=True)
        return 0


def _follow(rows: Sequence[Occurrence], now: datetime) -> int:
    outcomes = outcomes_of(rows)
    changed = [row for row in rows if row.status != outcomes[row.pk].status]
    if changed:
        with write_transaction(ALIAS):
            for row in changed:
                _write(row, outcomes[row.pk], now)
    return len(changed)


def _write(row: Occurrence, outcome: Outcome, now: datetime) -> None:
    facts = {"status": outcome.status, "counts": outcome.counts, "started_at": outcome.started_at}
    is_over = outcome.status != OccurrenceStatus.RUNNING
    if is_over:
        facts["finished_at"] = outcome.finished_at or now
    # Another scheduler may have written the same.
    if Occurrence.objects.filter(pk=row.pk, status=row.status).update(**facts):
        if row.status == OccurrenceStatus.PENDING and outcome.started_at:
            _tell(row, row.run_id, JobEvent.STARTED, OccurrenceStatus.RUNNING)
        if is_over:
            _tell(row, row.run_id, JobEvent.COMPLETED, outcome.status)


def _tell(row: Occurrence, run_id: str, event_type: str, status: OccurrenceStatus) -> None:
    """Let those who follow jobs know. The oldest events make room."""
    event = JobEvent.objects.create(
        event_guid=str(uuid5(UUID(run_id), event_type)),
        event_type=event_type,
        job_id=row.job_id,
        job_name=row.job.name,
        occurrence_id=row.pk,
        scheduled_at=row.scheduled_at,
        run_id=run_id,
        status=status,
        emitted_at=timezone.now(),
    )
    JobEvent.objects.filter(pk__lte=event.pk - MAX_JOB_EVENTS).delete()
    logger.info("%s: job %s, run %s: %s", event_type, row.job_id, run_id, status.value)


def _rows_of(run_ids: Sequence[str]) -> Rows:
    rows = Rows(Run.objects.in_bulk(run_ids))
    for item in WorkItem.objects.filter(run_id__in=run_ids).only("run_id", "status", "cancel_reason"):
        rows.items[item.run_id].append(item)
    # Runs whose rows were swept: manifests stay.
    swept = [run_id for run_id in run_ids if run_id not in rows.runs]
    found = Manifest.objects.filter(run_id__in=swept).values_list("run_id", "status") if swept else ()
    rows.swept.update({run_id: Status(status) for run_id, status in found})
    return rows


def _kept(row: Occurrence) -> Outcome:
    return Outcome(OccurrenceStatus(row.status), row.counts, row.started_at, row.finished_at)


def _outcome_of(ids: Sequence[str], rows: Rows) -> Outcome:
    found = [rows.runs[run_id] for run_id in ids if run_id in rows.runs]
    of_runs = [item for run_id in ids for item in rows.items[run_id]]
    statuses = [*(Status(run.status) for run in found), *(rows.swept[run_id] for run_id in ids if run_id in rows.swept)]
    return Outcome(
        status=_status(statuses, of_runs),
        counts=dict(Counter(str(item.status) for item in of_runs)),
        started_at=min((run.started_at for run in found if run.started_at), default=None),
        finished_at=max((run.finished_at for run in found if run.finished_at), default=None),
        is_known=bool(statuses),
    )


def _status(statuses: Sequence[Status], items: Iterable[WorkItem]) -> OccurrenceStatus:
    if any(status not in TERMINAL for status in statuses):
        is_waiting = all(status is Status.QUEUED for status in statuses)
        return OccurrenceStatus.PENDING if is_waiting else OccurrenceStatus.RUNNING
    for worst, status in WORST.items():
        if worst in statuses:
            canceled = [item for item in items if item.status == Status.CANCELED]
            is_expired = worst is Status.CANCELED and all(item.cancel_reason == EXPIRED for item in canceled)
            return OccurrenceStatus.EXPIRED if is_expired and canceled else status
    return OccurrenceStatus.SUCCESS if statuses else OccurrenceStatus.CANCELED
