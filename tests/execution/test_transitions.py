"""Every edge of a work item, its events, its attempts, and the run and manifest that follow."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connections, transaction

from assemblies.execution.cancel import abandon_run, cancel_run
from assemblies.execution.errors import AlreadyFinalized, IllegalTransition, QueueFull, StaleAttempt
from assemblies.execution.events import find_breaks
from assemblies.execution.leases import sweep_work_items
from assemblies.execution.models import (
    Manifest,
    Outcome,
    Run,
    RunOutput,
    WorkItem,
    WorkItemAttempt,
    WorkItemEvent,
    WorkItemSecret,
)
from assemblies.execution.states import EDGES, LIVE, TERMINAL, EventType, Status, run_status
from assemblies.execution.transitions import apply
from assemblies.execution.worker_messages import Chunk, Ended, add_output, ended, renew, started
from tests.execution.orders import NOW, claimed, enqueued, item_of

pytestmark = pytest.mark.django_db(databases=["execution"])
LATER = NOW + timedelta(seconds=3)


def events_of(item: WorkItem) -> list[str]:
    rows = WorkItemEvent.objects.filter(work_item_hash=item.work_item_hash).order_by("seq")
    return list(rows.values_list("event_type", flat=True))


def test_a_run_goes_from_the_queue_to_its_sealed_manifest(queue: None) -> None:
    run = enqueued()
    assert (run.status, Manifest.objects.get().sealed_json) == (Status.QUEUED, "")
    [item] = claimed()
    started(item.work_item_hash, 1, worker_id="worker-1", now=NOW)
    assert Run.objects.get().status == Status.RUNNING
    end = Ended(event=EventType.COMPLETED, exit_code=0, output_bytes=6, stdout_sha256="d" * 64)
    ended(item.work_item_hash, 1, end, worker_id="worker-1", now=LATER)
    item, run, manifest = item_of(run), Run.objects.get(), Manifest.objects.get()
    assert events_of(item) == ["enqueued", "dispatched", "started", "completed"]
    assert (item.status, run.status, manifest.status) == (Status.COMPLETED,) * 3
    assert (run.finished_at, manifest.stop_time, manifest.elapsed_ms) == (LATER, LATER, 3000)
    attempt = WorkItemAttempt.objects.get()
    assert (attempt.outcome, attempt.exit_code, attempt.duration_ms) == (Outcome.COMPLETED, 0, 3000)
    assert f'"last_event_hash":"{item.last_event_hash}"' in manifest.sealed_json
    assert f'"stdout_sha256":"{"d" * 64}"' in manifest.sealed_json
    assert not list(find_breaks(item))


@pytest.mark.parametrize("event", [event for event in EventType if event is not EventType.LATE_RESULT])
@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_nothing_happens_to_an_item_that_has_ended(queue: None, event: EventType, status: Status) -> None:
    run = enqueued()
    WorkItem.objects.update(status=status)
    with pytest.raises(AlreadyFinalized):
        apply(item_of(run).work_item_hash, event, to=Status.QUEUED, actor="x", now=NOW)
    assert events_of(item_of(run)) == ["enqueued"]


def test_an_edge_that_is_not_in_the_table_is_refused_and_changes_nothing(queue: None) -> None:
    run = enqueued()
    with pytest.raises(IllegalTransition) as caught:
        apply(item_of(run).work_item_hash, EventType.COMPLETED, to=Status.COMPLETED, actor="x", now=NOW)
    assert (caught.value.detail["from"], caught.value.detail["to"]) == ("Queued", "Completed")
    assert (item_of(run).status, events_of(item_of(run))) == (Status.QUEUED, ["enqueued"])


def test_a_result_of_another_attempt_is_refused(queue: None) -> None:
    run = enqueued(max_attempts=2)
    [item] = claimed()
    with pytest.raises(StaleAttempt):
        ended(item.work_item_hash, 2, Ended(event=EventType.COMPLETED), worker_id="worker-1", now=NOW)
    assert item_of(run).status == Status.DISPATCHED


Message = Callable[[str, str], object]
MESSAGES: list[Message] = [
    lambda item, worker: started(item, 1, worker_id=worker, now=NOW),
    lambda item, worker: ended(item, 1, Ended(event=EventType.COMPLETED), worker_id=worker, now=NOW),
    lambda item, worker: ended(item, 1, Ended(event=EventType.CANCELED), worker_id=worker, now=NOW),
]


@pytest.mark.parametrize("say", MESSAGES, ids=["started", "completed", "canceled"])
@pytest.mark.parametrize("status", [Status.QUEUED, Status.ASSIGNED, Status.RETRY_SCHEDULED])
def test_who_holds_an_item_no_more_is_not_heard(queue: None, say: Message, status: Status) -> None:
    run = enqueued(max_attempts=2)
    [item] = claimed()
    WorkItem.objects.update(status=status)
    with pytest.raises(StaleAttempt):
        say(item.work_item_hash, "worker-1")
    assert (item_of(run).status, events_of(item)) == (status, ["enqueued", "dispatched"])


@pytest.mark.parametrize("say", [*MESSAGES, lambda item, worker: output(item, worker)])
@pytest.mark.parametrize("over", [False, True])
def test_another_worker_may_not_speak_for_the_one_that_holds_it(queue: None, say: Message, over: bool) -> None:
    run = enqueued()
    [item] = claimed()
    if over:
        ended(item.work_item_hash, 1, Ended(event=EventType.FAILED), worker_id="worker-1", now=NOW)
    before = (item_of(run).status, events_of(item))
    with pytest.raises(StaleAttempt):
        say(item.work_item_hash, "worker-2")
    assert (item_of(run).status, events_of(item)) == before
    assert not RunOutput.objects.exists()


def test_output_is_taken_after_the_end_of_its_attempt(queue: None) -> None:
    enqueued()
    [item] = claimed()
    ended(item.work_item_hash, 1, Ended(event=EventType.COMPLETED), worker_id="worker-1", now=NOW)
    output(item.work_item_hash, "worker-1")
    output(item.work_item_hash, "worker-1")
    assert RunOutput.objects.get().content == b"late"


def output(work_item_hash: str, worker_id: str) -> None:
    chunk = Chunk(stream="stdout", seq=1, content=b"late")
    add_output(work_item_hash, 1, [chunk], worker_id=worker_id, max_bytes=1000, now=NOW)


def test_the_attempts_allowed_are_the_attempts_made(queue: None) -> None:
    run = enqueued(max_attempts=3)
    for attempt in (1, 2, 3):
        now = NOW + timedelta(hours=attempt)
        WorkItem.objects.filter(status=Status.RETRY_SCHEDULED).update(status=Status.QUEUED)
        [item] = claimed(now)
        assert item.attempt_number == attempt
        ended(item.work_item_hash, attempt, Ended(event=EventType.FAILED, error="no"), worker_id="worker-1", now=now)
    assert (item_of(run).status, WorkItemAttempt.objects.count()) == (Status.FAILED, 3)
    assert events_of(item_of(run)).count("retry_scheduled") == 2


def test_what_waits_is_canceled_at_once_and_never_claimed(queue: None) -> None:
    run = enqueued(3)
    assert len(cancel_run(run.run_id, actor="olga", reason="wrong", now=NOW)) == 3
    assert claimed() == []
    assert Run.objects.get().status == Status.CANCELED
    assert set(WorkItem.objects.values_list("cancel_reason", flat=True)) == {"wrong"}


def test_what_runs_is_canceled_when_its_worker_says_so(queue: None) -> None:
    run = enqueued()
    [item] = claimed()
    cancel_run(run.run_id, actor="olga", reason="", now=NOW)
    assert (item_of(run).status, item_of(run).cancel_requested) == (Status.DISPATCHED, True)
    assert cancel_run(run.run_id, actor="olga", reason="", now=NOW) == []
    ended(item.work_item_hash, 1, Ended(event=EventType.CANCELED), worker_id="worker-1", now=LATER)
    assert events_of(item_of(run)) == ["enqueued", "dispatched", "cancel_requested", "canceled"]


def test_a_failure_after_a_cancel_is_not_tried_again(queue: None) -> None:
    run = enqueued(max_attempts=5)
    [item] = claimed()
    cancel_run(run.run_id, actor="olga", reason="", now=NOW)
    ended(item.work_item_hash, 1, Ended(event=EventType.FAILED), worker_id="worker-1", now=LATER)
    assert item_of(run).status == Status.FAILED


def test_secrets_go_with_the_end_of_their_item(queue: None) -> None:
    run = enqueued(item={"ciphertext": b"sealed"})
    assert WorkItemSecret.objects.count() == 1
    [item] = claimed()
    assert WorkItemSecret.objects.count() == 1
    ended(item.work_item_hash, 1, Ended(event=EventType.COMPLETED), worker_id="worker-1", now=NOW)
    assert (WorkItemSecret.objects.count(), item_of(run).status) == (0, Status.COMPLETED)


def test_a_run_enqueued_twice_under_one_guid_is_one_run(queue: None) -> None:
    run = enqueued(2)
    again = enqueued(2, run_id=run.run_id)
    assert (again.run_id, WorkItem.objects.count(), Manifest.objects.count()) == (run.run_id, 2, 1)


def test_a_full_queue_takes_nothing_more(queue: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assemblies.execution.enqueue.MAX_QUEUED", 3)
    enqueued(3)
    with pytest.raises(QueueFull):
        enqueued(1)
    assert (Run.objects.count(), WorkItem.objects.count()) == (1, 3)


def test_the_database_refuses_to_change_or_remove_an_event(queue: None) -> None:
    run = enqueued()
    for statement in ("UPDATE ba_queue_workitemevent SET actor = 'eve'", "DELETE FROM ba_queue_workitemevent"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic("execution"),
            connections["execution"].cursor() as cursor,
        ):
            cursor.execute(statement)
    assert events_of(item_of(run)) == ["enqueued"]


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["Queued", "Assigned"], "Queued"),
        (["Queued", "Dispatched"], "Running"),
        (["Completed", "Queued"], "Running"),
        (["Completed", "RetryScheduled"], "Running"),
        (["Completed", "TimedOut", "Failed", "Canceled"], "Failed"),
        (["Completed", "TimedOut", "Canceled"], "TimedOut"),
        (["Completed", "Canceled"], "Canceled"),
        (["Completed"], "Completed"),
    ],
)
def test_the_status_of_a_run_follows_from_its_items(statuses: list[str], status: str) -> None:
    assert run_status({Status(one): 1 for one in statuses}) == Status(status)


def test_every_live_status_can_end_and_no_ended_one_can_go_on() -> None:
    for status in LIVE:
        assert any(origin == status and target in TERMINAL for edges in EDGES.values() for origin, target in edges)
    for edges in EDGES.values():
        assert all(origin == target for origin, target in edges if origin in TERMINAL)


def test_to_abandon_is_to_wait_for_no_worker_that_is_silent(queue: None) -> None:
    run = enqueued(items=3)
    stalled, running = claimed(limit=2)
    silent = NOW + timedelta(seconds=31)
    renew("worker-1", [(running.work_item_hash, 1)], now=LATER)
    sweep_work_items(now=silent)
    abandon_run(run.run_id, actor="ada", reason="gone", now=silent)
    found = dict(WorkItem.objects.values_list("work_item_hash", "status"))
    assert found.pop(stalled.work_item_hash) == Status.CANCELED
    assert found.pop(running.work_item_hash) == Status.DISPATCHED
    assert list(found.values()) == [Status.CANCELED]
    assert WorkItem.objects.get(work_item_hash=running.work_item_hash).cancel_requested
    with pytest.raises(AlreadyFinalized):
        ended(stalled.work_item_hash, 1, Ended(event=EventType.COMPLETED), worker_id="worker-1", now=silent)
