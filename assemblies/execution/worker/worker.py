"""The loop of a worker: claim while there is room, renew what is held, pass cancels on, let time pass over the queue.

Whether something is to do is looked for every 100 ms, by a query only where the database has changed; a change that
is missed costs two seconds, never an item.
"""

import logging
import os
import platform
from collections.abc import Iterator
from threading import Event, Lock
from time import monotonic
from uuid import uuid4

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from assemblies.conf import payload_store
from assemblies.domains import AssemblyType
from assemblies.execution import worker_messages
from assemblies.execution.claim import WorkerFacts, claim
from assemblies.execution.defaults import CAPABILITY
from assemblies.execution.leases import HEARTBEAT, sweep_work_items
from assemblies.execution.models import WorkItem
from assemblies.execution.transitions import ALIAS
from assemblies.execution.worker.attempt import STOPPED, Attempt
from assemblies.payloads import PayloadStore
from assemblies.supervision import Language, find_interpreters, sweep_orphans
from devmode.change_watch import ChangeWatch
from devmode.models.installation import Installation
from devmode.write_lock import WriteLockTimeout

logger = logging.getLogger(f"borealis.engine.{__name__}")
POLL_SECONDS = 0.1
SWEEP_SECONDS = 2.0
SECONDS_AFTER_FAILURE = 1.0
# Scripts get SIGTERM, five seconds, SIGKILL; a server that ends is killed sooner, and its supervisors finish alone.
SECONDS_TO_END = 8.0


class Worker:
    """Carries out up to `concurrency` items at a time."""

    def __init__(self, *, concurrency: int, store: PayloadStore) -> None:
        self.worker_id = f"{platform.node()[:60]}-{os.getpid()}-{uuid4().hex[:8]}"
        self.concurrency = concurrency
        self.store = store
        # What a workflow computes needs no program.
        types = {AssemblyType.WORKFLOW, *(AssemblyType(language.value) for language in find_programs())}
        self.actions = frozenset((CAPABILITY, str(one.label)) for one in types)
        self.attempts: dict[str, Attempt] = {}
        self.lock = Lock()
        self.changed = Event()
        self._renew_at = self._sweep_at = 0.0
        self._watch = ChangeWatch(ALIAS, at_least_every_seconds=SWEEP_SECONDS)

    def run(self, stopped: Event) -> None:
        """Work until `stopped` is set; then what runs is stopped, and its end recorded."""
        installation = Installation.current()
        sweep_orphans(installation.instance_id)
        logger.info("worker %s: runs %s", self.worker_id, ", ".join(sorted(action for _name, action in self.actions)))
        while not stopped.is_set():
            pause = POLL_SECONDS
            try:
                if self._watch.may_have_changed() or self.changed.is_set():
                    self.turn()
            except (DatabaseError, WriteLockTimeout) as error:
                # Leases run on meanwhile: a script whose lease cannot be renewed is stopped by its supervisor.
                logger.warning("worker %s: %s", self.worker_id, error)
                connections.close_all()
                pause = SECONDS_AFTER_FAILURE
            stopped.wait(pause)
        self._end()

    def run_once(self) -> int:
        """Carry out everything this worker can, and return how many items that was."""
        sweep_orphans(Installation.current().instance_id)
        count = 0
        while (claimed := self.turn()) or self.attempts:
            count += claimed
            self.changed.wait(POLL_SECONDS)
        return count

    def turn(self) -> int:
        """Do once what is due, and return how many items were claimed."""
        now = monotonic()
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_SECONDS
            sweep_work_items(now=timezone.now())
        if now >= self._renew_at:
            self._renew_at = now + HEARTBEAT.total_seconds()
            self._renew()
        self._pass_cancels_on()
        self.changed.clear()
        return self._claim()

    def _claim(self) -> int:
        room = self.concurrency - len(self.attempts)
        # Reading only, so that an idle worker never asks for the write lock.
        if room < 1 or not self._claimable().exists():
            return 0
        installation = Installation.current()
        facts = WorkerFacts(worker_id=self.worker_id, actions=self.actions)
        items = claim(facts, limit=room, epoch=installation.epoch, now=timezone.now())
        for item in items:
            self._start(item, installation.instance_id)
        return len(items)

    def _claimable(self) -> "QuerySet[WorkItem]":
        actions = [action for _name, action in self.actions]
        return WorkItem.objects.claimable().filter(
            target_device="", capability=CAPABILITY, action__in=actions, cancel_requested=False
        )

    def _start(self, item: WorkItem, owner: str) -> None:
        key = item.work_item_hash
        attempt = Attempt(item, self.worker_id, owner, self.store, ended=lambda: self._forget(key))
        with self.lock:
            self.attempts[key] = attempt
        attempt.start()

    def _forget(self, key: str) -> None:
        with self.lock:
            self.attempts.pop(key, None)
        self.changed.set()

    def _running(self) -> list[Attempt]:
        with self.lock:
            return list(self.attempts.values())

    def _renew(self) -> None:
        running = self._running()
        if not running:
            return
        held = [(attempt.item.work_item_hash, attempt.item.attempt_number) for attempt in running]
        still = worker_messages.renew(self.worker_id, held, now=timezone.now())
        for attempt in running:
            if attempt.item.work_item_hash in still:
                attempt.renew()
            elif attempt in self._running():
                # Not one that ended meanwhile: its lease is another's, or it was failed as lost.
                attempt.lose()

    def _pass_cancels_on(self) -> None:
        running = {attempt.item.work_item_hash: attempt for attempt in self._running()}
        if not running:
            return
        rows = WorkItem.objects.held().filter(work_item_hash__in=running, cancel_requested=True)
        for key, reason in rows.values_list("work_item_hash", "cancel_reason"):
            running[key].cancel(reason or "canceled")

    def _end(self) -> None:
        for attempt in self._running():
            attempt.cancel(STOPPED)
        ends_at = monotonic() + SECONDS_TO_END
        while self.attempts and monotonic() < ends_at:
            self.changed.wait(POLL_SECONDS)
            self.changed.clear()


def find_programs() -> Iterator[Language]:
    """Yield the languages that scripts on this server can be written in."""
    yield from find_interpreters(as_account=bool(settings.WORKER_USER))


def run_worker(stopped: Event) -> None:
    """Work until `stopped` is set: the companion of `serve`, and the command `run_worker`."""
    Worker(concurrency=settings.WORKER_CONCURRENCY, store=payload_store()).run(stopped)
