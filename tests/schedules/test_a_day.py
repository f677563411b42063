"""A day of jobs over a change of clocks, with a moved clock: every occurrence exactly once, each with its run."""

from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest

from assemblies.execution.models import Run
from assemblies.payloads import PayloadStore
from assemblies.schedules.due import Overlap
from assemblies.schedules.models import Job, Occurrence
from assemblies.schedules.rules import ScheduleType
from devmode.actor import Actor
from tests.effort import effort
from tests.schedules.jobs_made import assembly, job_of, looked

JOBS = effort(gate=10, torture=200)
# Each zone at its change to summer time and at that from it.
DAYS = [
    ("America/New_York", datetime(2026, 3, 8)),
    ("America/New_York", datetime(2026, 11, 1)),
    ("Europe/Berlin", datetime(2026, 3, 29)),
    ("Europe/Berlin", datetime(2026, 10, 25)),
    ("Australia/Lord_Howe", datetime(2026, 10, 4)),
    ("Australia/Lord_Howe", datetime(2026, 4, 5)),
]


@pytest.mark.parametrize(("zone", "day"), DAYS, ids=lambda value: str(value)[:16])
def test_every_occurrence_of_the_day_is_there_once(
    library: PayloadStore, granted: Actor, zone: str, day: datetime
) -> None:
    begin = day.replace(tzinfo=ZoneInfo(zone)) - timedelta(minutes=1)
    end, guid = begin + timedelta(hours=26), assembly(library)
    for number in range(JOBS):
        cron = f"{number * 7 % 60} {number % 5} * * *"
        job_of(
            guid, library, granted, now=begin, name=f"Job {number}", schedule_type=ScheduleType.CRON, start_at=begin,
            cron=cron, zone=zone, overlap=Overlap.PARALLEL,
        )  # fmt: skip
    jobs = list(Job.objects.all())
    expected = {
        (job.pk, time) for job in jobs for time in takewhile(lambda time: time <= end, job.rule.times_after(begin))
    }
    while due := Job.objects.filter(next_at__lte=end).order_by("next_at").first():
        assert due.next_at is not None
        assert looked(library, due.next_at).faults == {}
        assert looked(library, due.next_at).occurrences == []
    found = list(Occurrence.objects.values_list("job_id", "scheduled_at"))
    assert (len(found), set(found)) == (len(expected), expected)
    assert set(Run.objects.values_list("run_id", flat=True)) == set(Occurrence.objects.values_list("run_id", flat=True))
    assert Run.objects.count() == len(found)
