"""The queue under any order of submissions, claims, messages, lost workers, cancels, restores and passing time."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from assemblies.errors import LibraryError
from assemblies.execution.cancel import UNANSWERED, abandon_run, cancel_item
from assemblies.execution.claim import WorkerFacts, claim
from assemblies.execution.events import find_breaks
from assemblies.execution.leases import sweep_work_items
from assemblies.execution.models import ExecutionEpoch, Manifest, Run, WorkItem, WorkItemAttempt, WorkItemEvent
from assemblies.execution.reorder import Direction, reorder
from assemblies.execution.states import HELD, EventType, Status, is_legal, run_status
from assemblies.execution.worker_messages import ENDS, Chunk, Ended, add_output, ended, renew, started
from tests.effort import effort
from tests.execution.orders import BASH, EPOCH, NOW, enqueued
from tests.journal.test_state_machine import RolledBack

pytestmark = pytest.mark.django_db(databases=["execution"])

WORKERS = [WorkerFacts(worker_id=name, actions=frozenset({BASH})) for name in ("one", "two")]
workers = st.sampled_from(WORKERS)
# Which item, or which claim of all there ever were: what is said of an old one must count for nothing.
picks = st.integers(min_value=0, max_value=30)


class QueueMachine(RuleBasedStateMachine):
    """`claims` is every (item, attempt, worker) that was ever handed out."""

    @initialize()
    def start(self) -> None:
        self.undo = RolledBack("execution")
        self.undo.__enter__()
        ExecutionEpoch.objects.update_or_create(id=1, defaults={"epoch": EPOCH})
        self.now, self.epoch = NOW, EPOCH
        self.hashes: list[str] = []
        self.claims: list[tuple[str, int, str]] = []

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            self.undo.__exit__()

    @rule(
        items=st.integers(min_value=1, max_value=3),
        max_attempts=st.integers(min_value=1, max_value=3),
        retry_when_lost=st.booleans(),
        expires=st.sampled_from([None, 30]),
    )
    def submit(self, items: int, max_attempts: int, retry_when_lost: bool, expires: int | None) -> None:
        run = enqueued(
            items,
            now=self.now,
            epoch=self.epoch,
            max_attempts=max_attempts,
            retry_when_lost=retry_when_lost,
            expires_at=self.now + timedelta(seconds=expires) if expires else None,
        )
        self.hashes += WorkItem.objects.of_run(run.run_id).values_list("work_item_hash", flat=True)

    @rule(worker=workers, limit=st.integers(min_value=1, max_value=3))
    def claim(self, worker: WorkerFacts, limit: int) -> None:
        for item in claim(worker, limit=limit, epoch=self.epoch, now=self.now):
            self.claims.append((item.work_item_hash, item.attempt_number, worker.worker_id))

    @rule(pick=picks, seq=st.integers(min_value=0, max_value=3))
    def say(self, pick: int, seq: int) -> None:
        if self.claims:
            key, attempt, worker = self.claims[pick % len(self.claims)]
            with suppress(LibraryError):
                started(key, attempt, worker_id=worker, now=self.now)
                chunk = Chunk(stream="stdout", seq=seq, content=b"x")
                add_output(key, attempt, [chunk], worker_id=worker, max_bytes=2, now=self.now)

    @rule(pick=picks, event=st.sampled_from(list(ENDS)))
    def end(self, pick: int, event: EventType) -> None:
        if self.claims:
            key, attempt, worker = self.claims[pick % len(self.claims)]
            before = WorkItem.objects.get(work_item_hash=key)
            holds = (before.attempt_number, before.assigned_worker_id) == (attempt, worker) and before.status in HELD
            try:
                ended(key, attempt, Ended(event=event), worker_id=worker, now=self.now)
            except LibraryError:
                assert not holds
            else:
                assert holds

    @rule(worker=workers)
    def heartbeat(self, worker: WorkerFacts) -> None:
        renew(worker.worker_id, [(key, attempt) for key, attempt, _worker in self.claims], now=self.now)

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        if self.hashes:
            cancel_item(self.hashes[pick % len(self.hashes)], actor="ada", reason="no", now=self.now)

    @rule(pick=picks)
    def abandon(self, pick: int) -> None:
        if self.hashes:
            item = WorkItem.objects.get(work_item_hash=self.hashes[pick % len(self.hashes)])
            abandon_run(item.run_id, actor="ada", reason="gone", now=self.now)
            assert not WorkItem.objects.of_run(item.run_id).filter(status__in=UNANSWERED).exists()

    @rule(pick=picks, direction=st.sampled_from(Direction))
    def move(self, pick: int, direction: Direction) -> None:
        if self.hashes:
            with suppress(LibraryError):
                reorder(self.hashes[pick % len(self.hashes)], direction, actor="ada", now=self.now)

    @rule(seconds=st.sampled_from([1, 9, 31, 100]))
    def let_time_pass(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        sweep_work_items(now=self.now)
        held = WorkItem.objects.filter(status__in=[Status.DISPATCHED, Status.RUNNING])
        assert not held.filter(lease_until__lte=self.now).exists()

    @rule()
    def restore(self) -> None:
        self.epoch += "'"
        assert claim(WORKERS[0], limit=1, epoch=self.epoch, now=self.now) == []
        assert not WorkItem.objects.live().exists()

    @invariant()
    def every_item_is_what_its_events_say(self) -> None:
        for item in WorkItem.objects.filter(work_item_hash__in=getattr(self, "hashes", [])):
            assert list(find_breaks(item)) == []
            events = list(WorkItemEvent.objects.filter(work_item_hash=item.work_item_hash).order_by("seq"))
            assert events[-1].to_status == item.status
            for earlier, later in pairwise(events):
                assert earlier.to_status == later.from_status
            for event in events:
                origin = Status(event.from_status) if event.from_status else None
                assert is_legal(EventType(event.event_type), origin, Status(event.to_status))
            claims = Counter(event.event_type for event in events)[EventType.DISPATCHED]
            assert claims == item.attempt_number <= item.max_attempts
            assert (item.status in HELD) is (item.lease_until is not None)

    @invariant()
    def every_attempt_was_handed_out_once(self) -> None:
        claims = getattr(self, "claims", [])
        kept = WorkItemAttempt.objects.values_list("work_item_hash", "attempt_number", "worker_id")
        assert sorted(claims) == sorted(kept)

    @invariant()
    def every_run_follows_from_its_items_and_is_sealed_at_its_end(self) -> None:
        for run in Run.objects.all():
            counts = Counter(Status(item.status) for item in WorkItem.objects.of_run(run.run_id))
            assert run.status == run_status(counts)
            manifest = Manifest.objects.get(run_id=run.run_id)
            assert bool(manifest.sealed_json) is Status(run.status).is_terminal


def test_any_order_of_what_can_happen(db: None) -> None:
    run_state_machine_as_test(
        QueueMachine,
        settings=hypothesis_settings(max_examples=effort(gate=15, torture=1000), stateful_step_count=30),
    )
