"""One attempt from its order to its end: what the supervisor says goes to the spool, and nowhere else.

The script neither waits for the network nor ends with it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from assemblies.agent.signed_work import Work
from assemblies.agent.spool import SpooledAttempt
from assemblies.supervision import (
    Cancelable,
    Chunk,
    Content,
    Ending,
    Forgotten,
    Limits,
    Order,
    Outcome,
    Result,
    Started,
    SupervisionError,
    ending_of,
)

logger = logging.getLogger(f"borealis.engine.{__name__}")
RESTARTED = "agent_restarted"


@dataclass
class Attempt(Cancelable):
    """A thread that carries out one attempt; the agent's main thread may cancel it.

    `account` is whose rights the script gets; those of the agent where it is empty.
    """

    work: Work
    spooled: SpooledAttempt
    contents: Mapping[str, bytes]
    owner: str
    account: str
    changed: Callable[[], object]
    is_started: Event = field(default_factory=Event)
    is_over: Event = field(default_factory=Event)

    def start(self) -> None:
        Thread(target=self._work, name=self.work.key, daemon=True).start()

    def _work(self) -> None:
        try:
            self.spooled.write_end(self._run())
        except OSError:
            # A full disk: the next start of the agent reports this attempt as broken off.
            logger.exception("%s: its end could not be kept", self.work.key)
        finally:
            self.is_over.set()
            self.changed()

    def _run(self) -> dict[str, Any]:
        try:
            result = self.carry_out(self._order(), self._hear)
        except (SupervisionError, OSError) as error:
            return failure(str(error) or "not_started")
        return self._end_of(result) if result else failure("not_started")

    def _hear(self, event: object) -> None:
        try:
            if isinstance(event, Started):
                self.is_started.set()
            elif isinstance(event, Chunk):
                self.spooled.add_chunk(event.number, event.stream, event.data)
            elif isinstance(event, Forgotten):
                self.spooled.forget_chunks(event.first, event.last)
        except OSError as error:
            # The end names the hash of all that was printed: what is missing shows.
            logger.warning("%s: output could not be kept: %s", self.work.key, error)
        self.changed()

    def _order(self) -> Order:
        work = self.work
        return Order(
            language=work.interpreter,
            script=Content(self.contents[work.script.sha256], work.script.sha256),
            files={file.name: Content(self.contents[file.sha256], file.sha256) for file in work.files},
            variables=tuple(work.variables),
            interpreter_arguments=tuple(work.arguments),
            limits=Limits(
                timeout_seconds=work.timeout_seconds,
                head_bytes=work.output_max_bytes // 4,
                tail_bytes=work.output_max_bytes - work.output_max_bytes // 4,
            ),
            owner=self.owner,
            account=self.account or None,
        )

    def _end_of(self, result: Result) -> dict[str, Any]:
        was_stopped = self.cancel_reason == RESTARTED
        ending, error = ending_of(
            result,
            timeout_seconds=self.work.timeout_seconds,
            successful=self.work.successful_codes,
            was_stopped=was_stopped,
        )
        return _end(ending, error, result)


def failure(error: str) -> dict[str, Any]:
    """Return the end of an attempt of which no more is known than that it failed."""
    return _end(Ending.FAILED, error, Result(Outcome.NOT_STARTED))


def _end(ending: Ending, error: str, result: Result) -> dict[str, Any]:
    return {"outcome": ending.value, "exit_code": result.exit_code, "error": error, **result.output_facts()}
