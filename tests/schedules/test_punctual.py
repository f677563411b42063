"""How soon after its time a job begins, in a library that is served; docs/schedules.md has the figure."""

import json
import time
from pathlib import Path

import pytest

from tests.commands.deployment import Deployment, Prepared
from tests.effort import effort, keep_figures
from tests.patience import HANG_SECONDS, within

pytestmark = pytest.mark.slow
JOBS = effort(gate=20, torture=200)
SECONDS = 2
# At each full minute; what runs is over at once.
SAVED = """
import django, sys
django.setup()
from django.utils import timezone
from assemblies.conf import payload_store
from assemblies.schedules.rules import ScheduleType
from devmode.actor import Actor, Role
from tests.schedules.jobs_made import assembly, job_of
store, now = payload_store(), timezone.now()
guid, editor = assembly(store, script="true\\n"), Actor(name="admin", role=Role.COMMAND)
rule = {"schedule_type": ScheduleType.CRON, "cron": "* * * * *", "start_at": now}
for number in range(int(sys.argv[1])):
    job_of(guid, store, editor, now=now, name=f"Job {number}", **rule)
"""
WAITED = """
import django, json
django.setup()
from django.db.models import Min
from assemblies.execution.models import WorkItemEvent
from assemblies.schedules.models import Occurrence
first = dict(WorkItemEvent.objects.order_by().values_list("run_id").annotate(Min("emitted_at")))
rows = Occurrence.objects.exclude(run_id="")
print(json.dumps([(first[row.run_id] - row.scheduled_at).total_seconds() for row in rows if row.run_id in first]))
"""


def test_jobs_of_one_minute_begin_within_seconds(prepared: Prepared, tmp_path: Path) -> None:
    deployment = Deployment.of(prepared, tmp_path / "var", BOREALIS_LOCAL_WORKER="on")
    with deployment.serve("--no-sync") as server:
        server.wait_until_it_answers()
        saving = deployment.start_python("-c", SAVED, str(JOBS))
        _said, complaints = saving.communicate(timeout=HANG_SECONDS)
        assert saving.returncode == 0, complaints
        waited = _waited(deployment)
    p95 = sorted(waited)[int(len(waited) * 0.95)]
    keep_figures(due_to_first_event_p95_seconds=p95)
    assert min(waited) >= 0
    assert p95 <= within(SECONDS)


def _waited(deployment: Deployment) -> list[float]:
    ends_at = time.monotonic() + 60 + HANG_SECONDS
    while True:
        reading = deployment.start_python("-c", WAITED)
        said, complaints = reading.communicate(timeout=HANG_SECONDS)
        assert reading.returncode == 0, complaints
        waited: list[float] = json.loads(said)
        if len(waited) >= JOBS:
            return waited
        assert time.monotonic() < ends_at, len(waited)
        time.sleep(2)
