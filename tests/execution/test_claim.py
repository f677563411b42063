"""Claims: the right item first, each at most once, and none of an earlier epoch."""

import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connections

from assemblies.execution.claim import WorkerFacts, claim
from assemblies.execution.models import WorkItem, WorkItemAttempt
from assemblies.execution.states import Status
from tests.execution.orders import BASH, EPOCH, NOW, WORKER, claimed, enqueued, item_of

pytestmark = pytest.mark.django_db(databases=["execution"])

CLAIMER = """
import sys
import django
from django.db import connections
names = dict(argument.split("=", 1) for argument in sys.argv[2:])
django.setup()
connections["execution"].settings_dict["NAME"] = names["database"]
from datetime import UTC, datetime
from assemblies.execution.claim import WorkerFacts, claim
worker = WorkerFacts(worker_id=sys.argv[1], actions=frozenset({("AssemblyRun", "Bash")}))
while items := claim(worker, limit=10, epoch=names["epoch"], now=datetime.now(UTC)):
    for item in items:
        print(item.work_item_hash, flush=True)
"""


def test_a_worker_gets_only_what_it_can_do(queue: None) -> None:
    run = enqueued(item={"action": "PowerShell"})
    assert claimed() == []
    able = WorkerFacts(worker_id="w", actions=frozenset({("AssemblyRun", "PowerShell")}))
    assert [item.run_id for item in claimed(worker=able)] == [run.run_id]


def test_an_item_for_a_device_is_claimed_by_that_device_alone(queue: None) -> None:
    enqueued(item={"target_device": "DEVICE-A"})
    enqueued()
    other = WorkerFacts(worker_id="b", device="DEVICE-B", actions=frozenset({BASH}))
    device = WorkerFacts(worker_id="a", device="DEVICE-A", actions=frozenset({BASH}))
    assert claimed(worker=other, limit=9) == []
    assert [item.target_device for item in claimed(worker=device, limit=9)] == ["DEVICE-A"]
    assert [item.target_device for item in claimed(limit=9)] == [""]


def test_a_higher_priority_goes_first_and_age_overtakes_it(queue: None) -> None:
    early = enqueued(now=NOW - timedelta(hours=1))
    high, low = enqueued(priority=2), enqueued()
    assert [item.run_id for item in claimed(limit=9)] == [early.run_id, high.run_id, low.run_id]


def test_one_item_that_a_worker_may_not_take_does_not_block_those_behind_it(queue: None) -> None:
    first = enqueued(affinity_key="host-1")
    assert len(claimed(worker=WorkerFacts(worker_id="other", actions=frozenset({BASH})))) == 1
    bound = enqueued(affinity_key="host-1")
    WorkItem.objects.filter(run_id=bound.run_id).update(require_affinity_match=True)
    behind = enqueued()
    assert [item.run_id for item in claimed(limit=9)] == [behind.run_id]
    assert item_of(first).assigned_worker_id == "other"


def test_what_has_expired_is_not_claimed(queue: None) -> None:
    enqueued(expires_at=NOW)
    assert claimed(NOW) == []


def test_after_a_restore_nothing_of_before_runs(queue: None) -> None:
    waiting, running = enqueued(), enqueued()
    [item] = claimed()
    assert claim(WORKER, limit=9, epoch="epoch-2", now=NOW) == []
    assert set(WorkItem.objects.values_list("status", "cancel_reason")) == {(Status.CANCELED, "restored")}
    assert claim(WORKER, limit=9, epoch="epoch-2", now=NOW) == []
    later = enqueued(epoch="epoch-2")
    assert [one.run_id for one in claim(WORKER, limit=9, epoch="epoch-2", now=NOW)] == [later.run_id]
    assert {waiting.run_id, running.run_id} >= {item.run_id}


@pytest.mark.django_db(databases=["execution"], transaction=True)
def test_two_processes_claim_each_item_once(committed_queue: None) -> None:
    enqueued(500)
    name = str(connections["execution"].settings_dict["NAME"])
    command = [sys.executable, "-c", CLAIMER]
    workers = [
        subprocess.Popen([*command, f"worker-{n}", f"database={name}", f"epoch={EPOCH}"], stdout=subprocess.PIPE)
        for n in (1, 2)
    ]
    lines = [line for worker in workers for line in worker.communicate(timeout=120)[0].split()]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert (len(lines), set(Counter(lines).values())) == (500, {1})
    assert set(WorkItemAttempt.objects.values_list("attempt_number", flat=True)) == {1}
