"""What became of the runs is what becomes of their occurrence, and is told to those who follow."""

from datetime import timedelta

from assemblies.execution.models import WorkItem
from assemblies.execution.states import EventType
from assemblies.payloads import PayloadStore
from assemblies.schedules.following import outcomes_of
from assemblies.schedules.models import JobEvent, Occurrence
from devmode.actor import Actor
from tests.execution.orders import carry_out, end_run
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
