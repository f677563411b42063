"""One claimed item from its order to its end: what the supervisor says becomes messages of the worker."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone

from assemblies.domains import AssemblyType
from assemblies.errors import LibraryError
from assemblies.execution import worker_messages
from assemblies.execution.claim import LEASE
from assemblies.execution.errors import AlreadyFinalized, StaleAttempt
from assemblies.execution.graph import plan_of
from assemblies.execution.handover import reference_of, successful_codes, variables_of
from assemblies.execution.models import WorkItem
from assemblies.execution.states import EventType
from assemblies.execution.worker_messages import MAX_CHUNK_BYTES, Ended
from assemblies.payloads import PayloadStore
from assemblies.supervision import (
    Cancelable,
    Chunk,
    Content,
    Language,
    Limits,
    Order,
    Result,
    Started,
    SupervisionError,
    ending_of,
)

logger = logging.getLogger(f"borealis.engine.{__name__}")
STOPPED = "worker_stopped"
SECONDS_BEFORE_RETRY = 1.0


@dataclass
class Attempt(Cancelable):
    """A thread that carries out one claimed item; any other may cancel and renew it."""

    item: WorkItem
    worker_id: str
    owner: str
    store: PayloadStore
    ended: Callable[[], object]
    is_lost: Event = field(default_factory=Event)

    def start(self) -> None:
        Thread(target=self._work, name=f"attempt-{self.item.work_item_hash}", daemon=True).start()

    def lose(self) -> None:
        """Stop a script whose lease is another's or nobody's: its result no longer counts."""
        self.is_lost.set()
        self.cancel("lease_lost")

    def renew(self) -> None:
        if self.running:
            self.running.renew()

    def _work(self) -> None:
        try:
            self._tell_end(self._run())
        except (AlreadyFinalized, StaleAttempt) as refusal:
            logger.warning("worker: %s: %s", self.item.work_item_hash, refusal.message)
        except Exception:
            # The thread's last words: nobody could catch it. The lease runs out, and the item fails as lost.
            logger.exception("worker: %s: the attempt broke off", self.item.work_item_hash)
        finally:
            connections.close_all()
            self.ended()

    def _run(self) -> Ended:
        try:
            if self.item.settings["assembly_type"] == AssemblyType.WORKFLOW:
                return self._compute()
            order = self._order()
            if self.cancel_reason:
                return Ended(event=EventType.CANCELED, error=self.cancel_reason)
            result = self.carry_out(order, self._hear)
        except (LibraryError, SupervisionError, OSError) as error:
            return Ended(event=EventType.FAILED, error=getattr(error, "message", "") or "not_started")
        return self._end_of(result) if result else Ended(event=EventType.FAILED, error="not_started")

    def _compute(self) -> Ended:
        """Work out the values of a workflow's nodes and print them. No script runs: nothing is to be supervised."""
        content = self._content(self.item.settings["script"])
        lines = [f"{one.label}: {one.value}\n" for one in plan_of(content.data).values]
        printed = "".join(lines).encode("utf-8", "replace")
        self._tell_started()
        for number, start in enumerate(range(0, len(printed), MAX_CHUNK_BYTES)):
            self._tell_output("stdout", number, printed[start : start + MAX_CHUNK_BYTES])
        if self.cancel_reason:
            return Ended(event=EventType.CANCELED, error=self.cancel_reason)
        digest = hashlib.sha256(printed).hexdigest()
        return Ended(event=EventType.COMPLETED, exit_code=0, output_bytes=len(printed), stdout_sha256=digest)

    def _hear(self, event: object) -> None:
        if isinstance(event, Started):
            self._tell_started()
        elif isinstance(event, Chunk):
            self._tell_output(event.stream, event.number, event.data)

    def _tell_started(self) -> None:
        self._insist(
            lambda: worker_messages.started(
                self.item.work_item_hash, self.item.attempt_number, worker_id=self.worker_id, now=timezone.now()
            )
        )

    def _tell_output(self, stream: str, number: int, content: bytes) -> None:
        chunk = worker_messages.Chunk(stream=stream, seq=number, content=content)
        self._insist(
            lambda: worker_messages.add_output(
                self.item.work_item_hash,
                self.item.attempt_number,
                [chunk],
                worker_id=self.worker_id,
                max_bytes=settings.RUN_OUTPUT_MAX_BYTES,
                now=timezone.now(),
            )
        )

    def _tell_end(self, end: Ended) -> None:
        self._insist(
            lambda: worker_messages.ended(
                self.item.work_item_hash,
                self.item.attempt_number,
                end,
                worker_id=self.worker_id,
                now=timezone.now(),
            )
        )

    def _insist(self, say: Callable[[], object]) -> None:
        """Say it until the database takes it, or the lease is lost: the result of a script is not given up easily."""
        while True:
            try:
                say()
            except DatabaseError as error:
                logger.warning("worker: %s: %s", self.item.work_item_hash, error)
                connections.close_all()
                if self.is_lost.wait(SECONDS_BEFORE_RETRY):
                    return
            else:
                return

    def _order(self) -> Order:
        facts = self.item.settings
        maximum = settings.RUN_OUTPUT_MAX_BYTES
        return Order(
            language=Language(facts["assembly_type"]),
            script=self._content(facts["script"]),
            files={file["name"]: self._content(file) for file in facts["files"]},
            variables=tuple(variables_of(self.item)),
            # Items that an earlier release queued say nothing of it.
            interpreter_arguments=tuple(facts.get("interpreter_arguments", ())),
            limits=Limits(
                timeout_seconds=self.item.timeout_ms / 1000,
                lease_seconds=LEASE.total_seconds(),
                head_bytes=maximum // 4,
                tail_bytes=maximum - maximum // 4,
            ),
            owner=self.owner,
            account=settings.WORKER_USER or None,
        )

    def _content(self, facts: dict[str, Any]) -> Content:
        if "text" in facts:
            return Content.of(facts["text"].encode("latin-1"))
        reference = reference_of(facts)
        return Content(self.store.read(reference), reference.sha256)

    def _end_of(self, result: Result) -> Ended:
        ending, error = ending_of(
            result,
            timeout_seconds=self.item.timeout_ms // 1000,
            successful=successful_codes(self.item.settings),
            was_stopped=self.cancel_reason == STOPPED,
        )
        return Ended(
            event=EventType(ending.value),
            exit_code=result.exit_code,
            error=error,
            **result.output_facts(),
            result={"swept": result.swept, "left": result.left} if result.swept or result.left else {},
        )
