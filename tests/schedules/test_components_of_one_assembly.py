"""A job that runs one assembly twice: each component keeps its own credential, older name and results."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assemblies.actions.permit import Permit
from assemblies.audit_events import LibraryEvent
from assemblies.execution.credentials import decrypt
from assemblies.execution.models import Run, WorkItem, WorkItemSecret
from assemblies.execution.reading import Sight
from assemblies.models import AssemblyAlias
from assemblies.payloads import PayloadReference, PayloadStore
from assemblies.permissions import Verb
from assemblies.schedules.components import ComponentFields
from assemblies.schedules.errors import JobChanged
from assemblies.schedules.jobs import change_job, get_job, toggle_job
from assemblies.schedules.models import Job
from assemblies.schedules.reading import device_lines
from assemblies.schedules.rerunning import rerun_occurrence
from devmode.actor import Actor
from tests.execution.orders import carry_out
from tests.schedules.jobs_made import TEN, assembly, job_fields, job_of, looked, saving

WORDS = ["the first secret", "the second secret"]
SECOND = timedelta(seconds=1)


@pytest.fixture
def guid(library: PayloadStore) -> str:
    guid = assembly(library, variables=[{"name": "word", "type": "credential"}])
    AssemblyAlias.objects.create(
        alias="scripts/say", canonical_guid=guid, kind="path", domain="user", registered_at=timezone.now()
    )
    return guid


@pytest.fixture
def job(library: PayloadStore, granted: Actor, guid: str) -> Job:
    names = ("Scripts/Say", guid)
    components = [
        ComponentFields(assembly=name, variables={"word": word}) for name, word in zip(names, WORDS, strict=True)
    ]
    return job_of(guid, library, granted, components=components)


def words_of(runs: list[Run]) -> list[str]:
    """Return the credential that each run would be given."""
    items = [WorkItem.objects.get(run_id=run.run_id) for run in runs]
    secrets = [WorkItemSecret.objects.get(work_item_hash=item.work_item_hash) for item in items]
    return [decrypt(bytes(secret.ciphertext))["word"] for secret in secrets]


def test_they_outlive_being_disabled_and_enabled(library: PayloadStore, granted: Actor, job: Job) -> None:
    for enabled in (False, True):
        toggle_job(job.pk, enabled=enabled, saving=saving(library, granted, now=TEN - SECOND))
    assert [one.given_name for one in get_job(job.pk).components.all()] == ["Scripts/Say", ""]
    [row] = looked(library, TEN).occurrences
    assert words_of([Run.objects.get(run_id=run_id) for run_id in row.run_ids()]) == WORDS


def test_they_outlive_an_edit_that_keeps_them(library: PayloadStore, granted: Actor, job: Job, guid: str) -> None:
    kept = [ComponentFields(assembly=guid, variables={"word": "[secret]"}) for _word in WORDS]
    change_job(job.pk, job_fields(guid, components=kept), saving(library, granted, now=TEN - SECOND))
    [row] = looked(library, TEN).occurrences
    assert words_of([Run.objects.get(run_id=run_id) for run_id in row.run_ids()]) == WORDS


def test_they_are_run_again_and_told_of_apart(library: PayloadStore, granted: Actor, job: Job) -> None:
    [row] = looked(library, TEN).occurrences
    carry_out()
    carry_out()
    permit = Permit(actor=granted, event=LibraryEvent.RUN, verb=Verb.RUN)
    again = rerun_occurrence(row, only_failed=False, permit=permit, store=library)
    assert [run.rerun_of for run in again] == row.run_ids()
    assert words_of(again) == WORDS
    assert [line["run_id"] for line in device_lines(row, Sight.of(granted))] == [run.run_id for run in again]


class ChangedWhileRead(PayloadStore):
    """A store during whose reading somebody else saves the jobs."""

    def read(self, reference: PayloadReference) -> bytes:
        Job.objects.update(revision=7)
        return super().read(reference)


def test_a_job_that_is_changed_while_it_is_confirmed_is_not_enabled(
    library: PayloadStore, granted: Actor, job: Job
) -> None:
    toggle_job(job.pk, enabled=False, saving=saving(library, granted))
    with pytest.raises(JobChanged):
        toggle_job(job.pk, enabled=True, saving=saving(ChangedWhileRead(library.storage), granted))
    assert not get_job(job.pk).enabled
