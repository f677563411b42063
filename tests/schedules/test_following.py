"""What became of the runs is what becomes of their occurrence, and is told to those who follow."""

from datetime import timedelta
from uuid import uuid4

from assemblies.execution.models import WorkItem
from assemblies.execution.states import EventType
from assemblies.payloads import PayloadStore
from assemblies.schedules.following import SUBMITTED_WITHIN, outcomes_of
from assemblies.schedules.models import JobEvent, Occurrence, Rerun
from assemblies.schedules.rerunning import rerun_occurrence
from devmode.actor import Actor
from tests.execution.orders import carry_out, end_run
from tests.permits import may_run
from tests.schedules.jobs_made import TEN, assembly, history, job_of, looked

SECOND = timedelta(seconds=1)


def test_what_becomes_of_the_run_is_what_becomes_of_the_occurrence(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted)
    [row] = looked(library, TEN).occurrences
    carry_out(event=EventType.FAILED)
    assert outcomes_of([row])[row.pk].status == "Failed"
    looked(library, TEN + SECOND)
    assert history(job) == [("01 10:00", "Failed", "")]
    assert Occurrence.objects.get().counts == {"Failed": 1}


def test_start_and_end_are_events_each_once(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted)
    [row] = looked(library, TEN).occurrences
    assert not JobEvent.objects.exists()
    carry_out(is_over=False)
    for _second in range(2):
        looked(library, TEN)
    assert [event.event_type for event in JobEvent.objects.all()] == ["job_run_started"]
    end_run(WorkItem.objects.get())
    for _second in range(2):
        looked(library, TEN)
    events = JobEvent.objects.order_by("id")
    assert [(event.event_type, event.status) for event in events] == [
        ("job_run_started", "Running"),
        ("job_run_completed", "Success"),
    ]
    assert {(event.job_id, event.occurrence_id, event.run_id) for event in events} == {(job.pk, row.pk, row.run_id)}


def test_what_is_over_before_it_was_seen_to_run_is_told_whole(library: PayloadStore, granted: Actor) -> None:
    job_of(assembly(library), library, granted)
    looked(library, TEN)
    carry_out(event=EventType.FAILED)
    looked(library, TEN)
    events = [(event.event_type, event.status) for event in JobEvent.objects.order_by("id")]
    assert events == [("job_run_started", "Running"), ("job_run_completed", "Failed")]


def test_what_is_run_again_is_told_as_well_under_its_own_run(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted)
    [row] = looked(library, TEN).occurrences
    carry_out(event=EventType.FAILED)
    looked(library, TEN)
    JobEvent.objects.all().delete()
    [again] = rerun_occurrence(row, only_failed=True, permit=may_run(granted), store=library)
    looked(library, TEN)
    assert not JobEvent.objects.exists()
    carry_out()
    for _second in range(2):
        looked(library, TEN)
    events = [(one.event_type, one.status, one.run_id, one.occurrence_id) for one in JobEvent.objects.order_by("id")]
    assert events == [
        ("job_run_started", "Running", again.run_id, row.pk),
        ("job_run_completed", "Success", again.run_id, row.pk),
    ]
    assert history(job) == [("01 10:00", "Failed", "")] and not Rerun.objects.exists()


def test_a_rerun_that_was_never_submitted_is_told_to_nobody(library: PayloadStore, granted: Actor) -> None:
    job_of(assembly(library), library, granted)
    [row] = looked(library, TEN).occurrences
    Rerun.objects.create(occurrence=row, run_ids=[str(uuid4())], created_at=TEN)
    looked(library, TEN + SECOND)
    assert Rerun.objects.exists()
    looked(library, TEN + SUBMITTED_WITHIN + SECOND)
    assert not Rerun.objects.exists() and not JobEvent.objects.exists()
