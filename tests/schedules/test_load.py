"""Many occurrences at once: a look costs what is due, not what waits, and none is overlooked."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from assemblies.execution.models import Run
from assemblies.payloads import PayloadStore
from assemblies.schedules.due import Overlap
from assemblies.schedules.following import BATCH, follow
from assemblies.schedules.models import Job, Occurrence, OccurrenceStatus
from assemblies.schedules.reading import occurrence_lines
from devmode.actor import Actor
from tests.execution.orders import NOW, carry_out
from tests.schedules.jobs_made import TEN, assembly, history, job_of, looked

HOUR = timedelta(hours=1)


def queries_of(work: Any) -> int:
    with CaptureQueriesContext(connections["execution"]) as captured:
        work()
    return len(captured)


def occurrences_of(job: Job, count: int, **fields: Any) -> list[Occurrence]:
    return Occurrence.objects.bulk_create(
        Occurrence(job=job, scheduled_at=TEN + number * HOUR, created_at=TEN, status=OccurrenceStatus.PENDING, **fields)
        for number in range(count)
    )


def ran(rows: list[Occurrence], status: str) -> None:
    facts = {"instance_id": "i", "status": status, "display_name": "x", "content_hash": "", "actor": "a"}
    Run.objects.bulk_create(
        Run(run_id=run_id, created_at=NOW, manifest_hash=uuid4().hex, **facts)
        for row in rows
        for run_id in row.run_ids()
    )


@pytest.mark.parametrize("expiration", ["no_expire", "2d"])
def test_what_waits_costs_nothing_each_second(library: PayloadStore, granted: Actor, expiration: str) -> None:
    job = job_of(assembly(library), library, granted, overlap=Overlap.QUEUE, expiration=expiration)
    looked(library, TEN)
    few = queries_of(lambda: looked(library, TEN + timedelta(seconds=1)))
    for hour in range(1, 40):
        looked(library, TEN + hour * HOUR)
    assert Occurrence.objects.waiting().filter(job=job).count() == 39
    many = queries_of(lambda: looked(library, TEN + 39 * HOUR + timedelta(seconds=1)))
    assert many <= few + 2


def test_what_waits_for_a_disabled_job_is_canceled(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted, overlap=Overlap.QUEUE)
    for hour in range(3):
        looked(library, TEN + hour * HOUR)
    Job.objects.update(enabled=False)
    looked(library, TEN + 2 * HOUR)
    assert [line[1:] for line in history(job)[1:]] == [("Canceled", "job_disabled")] * 2


def test_what_waits_too_long_expires_while_the_one_before_runs(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted, overlap=Overlap.QUEUE, expiration="30m")
    looked(library, TEN)
    looked(library, TEN + HOUR)
    looked(library, TEN + HOUR + timedelta(minutes=30))
    assert history(job)[1:] == [("01 11:00", "Expired", "expired")]


def test_what_ends_behind_many_that_run_is_written_down(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted)
    rows = occurrences_of(job, 2 * BATCH + 1, run_count=1)
    for row in rows:
        row.run_id = row.run_ids()[0]
    Occurrence.objects.bulk_update(rows, ["run_id"])
    ran(rows[:-1], "Queued")
    ran(rows[-1:], "Completed")
    assert queries_of(lambda: follow(now=NOW)) < 10
    assert Occurrence.objects.get(pk=rows[-1].pk).status == "Success"
    assert follow(now=NOW) == 0


def test_an_occurrence_that_cannot_be_read_keeps_no_other_from_being_followed(
    library: PayloadStore, granted: Actor
) -> None:
    guid = assembly(library)
    jobs = [job_of(guid, library, granted, name=name) for name in "ab"]
    looked(library, TEN)
    Job.objects.filter(pk=jobs[0].pk).update(guid="no guid")
    carry_out()
    carry_out()
    tick = looked(library, TEN + HOUR)
    assert [(time, status) for time, status, _reason in history(jobs[1])] == [
        ("01 10:00", "Success"),
        ("01 11:00", "Pending"),
    ]
    assert jobs[1].pk not in tick.faults


def test_lists_cost_the_same_for_many(library: PayloadStore, granted: Actor) -> None:
    job = job_of(assembly(library), library, granted)
    rows = occurrences_of(job, 60, run_count=2)
    assert queries_of(lambda: occurrence_lines(rows[:3])) == queries_of(lambda: occurrence_lines(rows))
