"""Run an occurrence again, or what of it failed: the pinned revisions, under the rights of the requester now."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from assemblies.actions.permit import Permit
from assemblies.errors import InvalidField
from assemblies.execution.credentials import decrypt
from assemblies.execution.models import Run
from assemblies.execution.rerun import rerun
from assemblies.execution.states import Status
from assemblies.payloads import PayloadStore
from assemblies.schedules.errors import NothingRan
from assemblies.schedules.models import Occurrence

FAILED = frozenset({Status.FAILED, Status.TIMED_OUT})


def rerun_occurrence(
    row: Occurrence, *, only_failed: bool, permit: Permit, store: PayloadStore, reason: str = ""
) -> list[Run]:
    """Submit the runs of an occurrence again.

    Raises NothingRan, InvalidField where nothing failed, and what `rerun` raises.
    """
    runs = Run.objects.in_bulk(row.run_ids())
    if not runs:
        raise NothingRan
    wanted = [run for run in runs.values() if not only_failed or run.status in FAILED]
    if not wanted:
        raise InvalidField(_("Nothing of this run failed."), field="only")
    secrets = _secrets_of(row)
    return [
        rerun(
            run,
            permit=permit,
            run_id=str(uuid4()),
            store=store,
            only_failed=only_failed,
            variables=secrets.get(run.assembly_guid, {}),
            reason=reason,
        )
        for run in wanted
    ]


def _secrets_of(row: Occurrence) -> Mapping[str, Mapping[str, Any]]:
    """Return the credentials that the job has now; a run's own were not kept."""
    return {one.assembly_guid: decrypt(bytes(one.ciphertext)) for one in row.job.components.all()}
