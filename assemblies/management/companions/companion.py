"""A companion: one long-running part of `serve`, which is a command of its own as well."""

import multiprocessing
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from multiprocessing.connection import Connection
from multiprocessing.util import register_after_fork
from threading import Event, Lock
from typing import Any, Protocol

from django.db import connections
from django.utils.module_loading import import_string

from assemblies.companion_states import CompanionState
from assemblies.management.companions.child import BEGIN, END, LEAVE, LOADED, run_companion, signals_held
from assemblies.management.server.listening import CannotListen

# A fork would copy the locks of this process's threads and its database handles.
SPAWNING = multiprocessing.get_context("spawn")
States = Mapping[str, CompanionState]


class Kind(Enum):
    """A thread of the supervising process, or a process below it."""

    THREAD = auto()
    PROCESS = auto()


@dataclass(frozen=True, kw_only=True)
class Companion:
    """One entry of the table.

    `run` is the dotted path of a function, imported where it runs: it gets an event, works until that is set, and
    returns. Raising or returning before is a death, and it is started again; but CannotListen says that a port is
    taken, and it stays stopped.
    """

    name: str
    kind: Kind
    run: str
    # Runs it alone, for deployments without `serve`.
    command: str
    # Says by the settings whether `serve` starts it.
    wanted: Callable[[], bool] = lambda: True
    # What `run` gets by name; to a process it is sent.
    arguments: Mapping[str, Any] = field(default_factory=dict)
    # Dotted paths that a process imports before it waits to begin.
    imports: tuple[str, ...] = ()
    # Whether `serve` ends with an error when it keeps failing.
    is_essential: bool = False

    def body(self) -> "Body":
        return CompanionThread(self) if self.kind is Kind.THREAD else CompanionProcess(self)


class EndedUnasked(Exception):
    """A companion ended although nobody told it to."""


class Body(Protocol):
    """What a companion runs as; every method but `run` returns at once and may be called from any thread."""

    def load(self, *, may_fork: bool = False) -> None:
        """Get ready for a `run` that comes later, where that takes time.

        With `may_fork` this process has no thread but the calling one, and settings that are those of the companion.
        """

    def run(self) -> None:
        """Run the companion once, in the calling thread, until it has ended. Raises whatever it died of."""

    def is_loaded(self, *, within_seconds: float) -> bool:
        """Wait until it is ready to run; False when it cannot be, or takes longer. To be asked before `run`."""

    def stop(self) -> None:
        """Tell it to end, and start it no more."""

    def leave(self) -> None:
        """Tell it to finish what it has begun and then to end, and start it no more."""

    def kill(self) -> None:
        """End it without asking, where that can be done."""

    def tell(self, states: States) -> None:
        """Let it know how the companions stand."""


class CompanionThread:
    """Runs in the thread that calls `run`."""

    def __init__(self, companion: Companion) -> None:
        self.companion = companion
        self.stopped = Event()

    def load(self, *, may_fork: bool = False) -> None:
        """This process has all it needs."""

    def is_loaded(self, *, within_seconds: float) -> bool:
        return True

    def run(self) -> None:
        try:
            import_string(self.companion.run)(self.stopped, **self.companion.arguments)
        finally:
            connections.close_all()
        if not self.stopped.is_set():
            raise EndedUnasked("it returned")

    def stop(self) -> None:
        self.stopped.set()

    def leave(self) -> None:
        self.stop()

    def kill(self) -> None:
        """A thread cannot be killed; it is a daemon, and ends with the process."""

    def tell(self, states: States) -> None:
        """This process knows already."""


class CompanionProcess:
    """Runs as a process, which ends with this one: the connection between the two ties their lives together."""

    def __init__(self, companion: Companion) -> None:
        self.companion = companion
        self.stopped = self.has_begun = False
        self.states: States = {}
        self.connection: Connection | None = None
        self.process: Any = None
        # Held to start a process and to speak to it, so that none starts unheard after `stop`.
        self.lock = Lock()

    def load(self, *, may_fork: bool = False) -> None:
        # A fork has at once what this process has loaded; the libraries of other systems than Linux do not bear one.
        if may_fork and sys.platform == "linux":
            connections.close_all()
            with self.lock, signals_held():
                self._start(multiprocessing.get_context("fork"))
        else:
            with self.lock:
                self._start(SPAWNING)

    def is_loaded(self, *, within_seconds: float) -> bool:
        try:
            return bool(self.connection and self.connection.poll(within_seconds) and self.connection.recv() == LOADED)
        except (EOFError, OSError):
            return False

    def run(self) -> None:
        with self.lock:
            if self.stopped:
                return
            if self.process is None:
                self._start(SPAWNING)
            self.has_begun = True
            self._say(BEGIN)
        reason = self._listen()
        self.process.join()
        exit_code, self.process = self.process.exitcode, None
        if reason:
            raise CannotListen(reason)
        if not self.stopped:
            raise EndedUnasked(_words_of(exit_code))

    def _start(self, context: Any) -> None:
        self.connection, theirs = context.Pipe()
        # A forked process that kept our end of a connection, its own or another's, would never see that we are gone.
        register_after_fork(self.connection, Connection.close)
        arguments = (self.companion.run, self.companion.arguments, self.companion.imports, theirs)
        process = context.Process(target=run_companion, args=arguments, name=self.companion.name)
        process.start()
        self.process = process
        theirs.close()
        self._say(self.states)

    def _listen(self) -> str:
        """Return what the process says last, once it has ended."""
        reason = ""
        with suppress(EOFError, OSError):
            while self.connection:
                message = self.connection.recv()
                reason = reason if message == LOADED else message
        return reason

    def stop(self) -> None:
        with self.lock:
            self.stopped = True
            if self.has_begun:
                self._say(END)
            else:
                self.kill()

    def leave(self) -> None:
        with self.lock:
            self.stopped = True
            self._say(LEAVE)

    def kill(self) -> None:
        process = self.process
        if process is not None:
            process.kill()

    def tell(self, states: States) -> None:
        with self.lock:
            self.states = states
            self._say(states)

    def _say(self, message: object) -> None:
        if self.connection is not None:
            # One that has ended hears nothing.
            with suppress(OSError):
                self.connection.send(message)


def _words_of(exit_code: int) -> str:
    return f"it ended by signal {-exit_code}" if exit_code < 0 else f"it ended with exit code {exit_code}"
