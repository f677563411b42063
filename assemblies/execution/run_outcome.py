"""What came of a run follows from its items, within the transaction that changed one of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count

from assemblies.execution import changes
from assemblies.execution.manifests import seal
from assemblies.execution.models import Manifest, Run, WorkItem
from assemblies.execution.states import CLAIMABLE, Status, run_status


def update_runs(run_ids: Iterable[str], *, now: datetime) -> None:
    """Let the status of runs follow from their items, and seal those whose last item ended.

    The runs are locked before their items are counted: of two items that end at once the later one sees both ends.
    """
    runs = list(Run.objects.select_for_update().filter(run_id__in=set(run_ids)).order_by("run_id"))
    counts: dict[str, Counter[Status]] = defaultdict(Counter)
    rows = (
        WorkItem.objects.filter(run_id__in=[run.run_id for run in runs])
        .values_list("run_id", "status")
        .annotate(Count("id"))
    )
    for run_id, status, count in rows.order_by():
        counts[run_id][Status(status)] = count
    changed = [run for run in runs if _update_run(run, run_status(counts[run.run_id]), now)]
    changes.note(changes.Change(Manifest._meta.db_table, run.manifest_hash, run.run_id) for run in changed)


def _update_run(run: Run, status: Status, now: datetime) -> bool:
    """Let a run have the status, and return whether it had another."""
    if status == run.status:
        return False
    run.status = status
    fields = ["status"]
    if status not in CLAIMABLE and run.started_at is None:
        run.started_at = now
        fields.append("started_at")
    if status.is_terminal:
        run.finished_at = now
        fields.append("finished_at")
    run.save(update_fields=fields)
    Manifest.objects.filter(run_id=run.run_id).update(status=status)
    if status.is_terminal:
        seal(run, now=now)
    return True
