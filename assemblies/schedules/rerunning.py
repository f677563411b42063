"""Run an occurrence again, or what of it failed: the pinned revisions, under the rights of the requester now."""

from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from assemblies.actions.permit import Permit
from assemblies.errors import InvalidField
from assemblies.execution.models import Run
from assemblies.execution.rerun import rerun
from assemblies.execution.states import UNSUCCESSFUL
from assemblies.execution.transitions import ALIAS
from assemblies.fleet.targets import resolve_target
from assemblies.payloads import PayloadStore
from assemblies.schedules.components import credentials_of
from assemblies.schedules.errors import NothingRan
from assemblies.schedules.models import Occurrence, Rerun
from devmode.write_lock import write_transaction


def rerun_occurrence(
    row: Occurrence,
    *,
    only_failed: bool,
    permit: Permit,
    store: PayloadStore,
    confirm_count: int | None = None,
    reason: str = "",
) -> list[Run]:
    """Submit the runs of an occurrence again.

    Raises NothingRan, InvalidField where nothing failed, and what `rerun` raises.
    """
    runs = Run.objects.in_bulk(row.run_ids())
    if not runs:
        raise NothingRan
    wanted = [
        (position, runs[run_id])
        for position, run_id in enumerate(row.run_ids())
        if run_id in runs and (not only_failed or runs[run_id].status in UNSUCCESSFUL)
    ]
    if not wanted:
        raise InvalidField(_("Nothing of this run failed."), field="only")
    run_ids = [str(uuid4()) for _run in wanted]
    with write_transaction(ALIAS):
        Rerun.objects.create(occurrence=row, run_ids=run_ids, created_at=timezone.now())
    # The credentials that the job has now; a run's own were not kept.
    kept = list(row.job.components.all())
    return [
        rerun(
            run,
            permit=permit,
            run_id=run_id,
            store=store,
            only_failed=only_failed,
            variables=credentials_of(kept, position, run.assembly_guid),
            confirm_count=confirm_count,
            resolver=resolve_target,
            reason=reason,
        )
        for run_id, (position, run) in zip(run_ids, wanted, strict=True)
    ]
