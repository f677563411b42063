"""What time does: leases that run out, workers that come back, retries, expiry."""

from datetime import timedelta

import pytest

from assemblies.execution.cancel import cancel_run
from assemblies.execution.claim import LEASE, WorkerFacts
from assemblies.execution.errors import StaleAttempt
from assemblies.execution.leases import DEVICE_PATIENCE, GRACE, sweep_work_items
from assemblies.execution.models import RunOutput, WorkItem, WorkItemEvent
from assemblies.execution.states import EventType, Status
from assemblies.execution.worker_messages import Chunk, Ended, add_output, ended, renew, started
from tests.execution.orders import BASH, NOW, claimed, enqueued, item_of

pytestmark = pytest.mark.django_db(databases=["execution"])
SECOND = timedelta(seconds=1)
LOST = LEASE + GRACE + SECOND


def lose(*, first: object = NOW) -> None:
    """Let a lease run out, and the grace after it."""
    sweep_work_items(now=NOW + LEASE)
    sweep_work_items(now=NOW + LOST)


def test_a_renewed_lease_is_never_stalled(queue: None) -> None:
    run = enqueued()
    [item] = claimed()
    assert renew("worker-1", [(item.work_item_hash, 1)], now=NOW + 20 * SECOND) == {item.work_item_hash: False}
    sweep_work_items(now=NOW + 40 * SECOND)
    assert item_of(run).status == Status.DISPATCHED


def test_a_lost_worker_fails_the_item_at_most_once(queue: None) -> None:
    run = enqueued(max_attempts=3)
    claimed()
    lose()
    item = item_of(run)
    assert (item.status, item.last_error) == (Status.FAILED, "worker_lost")
    assert claimed(NOW + LOST) == []


def test_a_lost_worker_is_tried_again_where_its_submitter_chose_so(queue: None) -> None:
    run = enqueued(max_attempts=2, retry_when_lost=True)
    claimed()
    lose()
    assert item_of(run).status == Status.RETRY_SCHEDULED
    sweep_work_items(now=NOW + LOST + 5 * SECOND)
    [again] = claimed(NOW + LOST + 5 * SECOND)
    assert (again.attempt_number, again.status) == (2, Status.DISPATCHED)


def test_a_worker_that_comes_back_in_time_goes_on(queue: None) -> None:
    run = enqueued()
    [item] = claimed()
    started(item.work_item_hash, 1, worker_id="worker-1", now=NOW)
    sweep_work_items(now=NOW + LEASE)
    assert item_of(run).status == Status.STALLED
    renew("worker-1", [(item.work_item_hash, 1)], now=NOW + LEASE + SECOND)
    assert item_of(run).status == Status.RUNNING
    ended(item.work_item_hash, 1, Ended(event=EventType.COMPLETED), worker_id="worker-1", now=NOW + LEASE + SECOND)
    assert item_of(run).status == Status.COMPLETED


def test_a_worker_that_comes_back_is_not_stalled_again_at_once(queue: None) -> None:
    run = enqueued()
    [item] = claimed()
    sweep_work_items(now=NOW + LEASE)
    started(item.work_item_hash, 1, worker_id="worker-1", now=NOW + LEASE + SECOND)
    assert item_of(run).status == Status.RUNNING
    assert sweep_work_items(now=NOW + LEASE + 2 * SECOND) == 0


def test_a_result_of_a_worker_that_was_given_up_is_refused(queue: None) -> None:
    run = enqueued(max_attempts=2, retry_when_lost=True)
    [item] = claimed()
    lose()
    assert item_of(run).status == Status.RETRY_SCHEDULED
    with pytest.raises(StaleAttempt):
        ended(item.work_item_hash, 1, Ended(event=EventType.COMPLETED), worker_id="worker-1", now=NOW + LOST)
    sweep_work_items(now=NOW + LOST + 5 * SECOND)
    claimed(NOW + LOST + 5 * SECOND)
    with pytest.raises(StaleAttempt):
        ended(item.work_item_hash, 1, Ended(event=EventType.COMPLETED), worker_id="worker-1", now=NOW + LOST)
    assert renew("worker-1", [(item.work_item_hash, 1)], now=NOW + LOST) == {}


def test_a_cancel_of_a_lost_worker_ends_after_the_grace(queue: None) -> None:
    run = enqueued()
    claimed()
    cancel_run(run.run_id, actor="olga", reason="", now=NOW)
    lose()
    assert item_of(run).status == Status.CANCELED


def test_a_device_that_is_cut_off_is_waited_for(queue: None) -> None:
    run = enqueued(item={"target_device": "DEVICE", "timeout_seconds": 60})
    claimed(worker=WorkerFacts(worker_id="d", device="DEVICE", actions=frozenset({BASH})))
    lose()
    assert item_of(run).status == Status.STALLED
    sweep_work_items(now=NOW + DEVICE_PATIENCE)
    assert item_of(run).status == Status.STALLED
    sweep_work_items(now=NOW + DEVICE_PATIENCE + timedelta(seconds=61))
    assert (item_of(run).status, item_of(run).last_error) == (Status.FAILED, "worker_lost")


def test_what_waits_too_long_expires(queue: None) -> None:
    run = enqueued(expires_at=NOW + SECOND)
    sweep_work_items(now=NOW)
    assert item_of(run).status == Status.QUEUED
    sweep_work_items(now=NOW + SECOND)
    assert (item_of(run).status, item_of(run).cancel_reason) == (Status.CANCELED, "expired")
    assert WorkItemEvent.objects.order_by("-seq").values_list("event_type", flat=True)[0] == "expired"


def test_a_sweep_of_nothing_writes_nothing(queue: None) -> None:
    enqueued()
    claimed()
    assert sweep_work_items(now=NOW) == 0
    assert WorkItem.objects.get().revision == 1


def test_the_head_and_the_newest_output_are_kept(queue: None) -> None:
    enqueued()
    [item] = claimed()
    for seq in range(1, 41):
        add_output(
            item.work_item_hash,
            1,
            [Chunk(stream="stdout", seq=seq, content=bytes([seq]) * 100)],
            worker_id="worker-1",
            max_bytes=1000,
            now=NOW,
        )
    kept = list(RunOutput.objects.order_by("seq").values_list("seq", flat=True))
    assert kept == [1, 2, *range(33, 41)]
