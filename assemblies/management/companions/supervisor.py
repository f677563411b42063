"""The supervisor: keeps companions running by one rule, and says how they stand.

One that dies is started again: at once when it had run for a minute, else after 1, 2, 4 … 60 seconds. One whose port is
taken stays stopped. Only when an essential one dies again and again, the supervisor gives up.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread
from time import monotonic

from assemblies.companion_states import CompanionState, State, replace_states
from assemblies.management.companions.companion import Companion, CompanionThread, EndedUnasked
from assemblies.management.server.listening import CannotListen

logger = logging.getLogger(f"borealis.engine.{__name__}")
STEADY_SECONDS = 60
MAX_WAIT_SECONDS = 60
MAX_DEATHS_OF_ESSENTIAL = 3
# Running requests have three seconds; a process that takes longer is killed.
SECONDS_TO_END_PROCESSES = 4.0
SECONDS_TO_LOAD = 60.0


class Supervisor:
    """Starts companions and ends them; `give_up` is called with the name of an essential one that keeps dying."""

    def __init__(self, *, give_up: Callable[[str], object]) -> None:
        self.give_up = give_up
        self.keepers: list[Keeper] = []
        self.states: dict[str, CompanionState] = {}
        self.lock = Lock()

    def load(self, companion: Companion, *, may_fork: bool) -> None:
        """Let its process import what it needs meanwhile; it begins its work at `start_loaded`."""
        keeper = self._keep(companion)
        keeper.body.load(may_fork=may_fork)

    def start_loaded(self) -> None:
        for keeper in self.keepers:
            if keeper.ident is None:
                keeper.start()

    def start(self, companion: Companion) -> None:
        self._keep(companion).start()

    def replace(self, companions: Sequence[Companion]) -> bool:
        """Let successors take the place of the companions of these names; False when one of them cannot be loaded.

        Those that run go on until all of the new ones have begun, and then finish what they have.
        """
        names = {companion.name for companion in companions}
        self.keepers = [keeper for keeper in self.keepers if keeper.ident is None or keeper.is_alive()]
        before = [keeper for keeper in self.keepers if keeper.name in names]
        new = [self._keep(companion) for companion in companions]
        for keeper in new:
            keeper.body.load()
        if not all(keeper.body.is_loaded(within_seconds=SECONDS_TO_LOAD) for keeper in new):
            for keeper in new:
                keeper.stop()
                self.keepers.remove(keeper)
            return False
        self.start_loaded()
        for keeper in before:
            keeper.leave()
        return True

    def restart(self, companion: Companion) -> None:
        """End a companion that runs and start it again, for one whose clients come back by themselves."""
        running = [keeper for keeper in self.keepers if keeper.name == companion.name and keeper.is_alive()]
        for keeper in _end(running, SECONDS_TO_END_PROCESSES):
            keeper.body.kill()
        if running:
            self.start(companion)

    def _keep(self, companion: Companion) -> "Keeper":
        keeper = Keeper(companion, note=self._note, give_up=self.give_up)
        self.keepers.append(keeper)
        return keeper

    def end(self, *, timeout_seconds: float) -> list[str]:
        """End the processes, then the threads, which get `timeout_seconds`. Returns the names of threads still busy."""
        threads = [keeper for keeper in self.keepers if isinstance(keeper.body, CompanionThread)]
        processes = [keeper for keeper in self.keepers if keeper not in threads]
        for keeper in _end(processes, SECONDS_TO_END_PROCESSES):
            keeper.body.kill()
        return [keeper.name for keeper in _end(threads, timeout_seconds)]

    def _note(self, name: str, state: CompanionState) -> None:
        """Keep what became of a companion, and tell every process: those of the web answer with it."""
        with self.lock:
            self.states[name] = state
            states = dict(self.states)
            replace_states(states)
            for keeper in self.keepers:
                keeper.body.tell(states)


class Keeper(Thread):
    """Keeps one companion running until it is told to stop."""

    def __init__(
        self,
        companion: Companion,
        *,
        note: Callable[[str, CompanionState], object],
        give_up: Callable[[str], object],
    ) -> None:
        # A daemon: a final flush that hangs on a locked database must not keep the process; the journal has it all.
        super().__init__(name=companion.name, daemon=True)
        self.body = companion.body()
        self.companion = companion
        self.note = note
        self.give_up = give_up
        self.stopped = Event()

    def run(self) -> None:
        restarts = deaths = 0
        while True:
            self.note(self.name, CompanionState(state=State.RUNNING, restarts=restarts))
            began = monotonic()
            reason = self._run_once()
            if self.stopped.is_set():
                return
            is_steady = monotonic() - began >= STEADY_SECONDS
            deaths = 1 if is_steady else deaths + 1
            if reason is None or (self.companion.is_essential and deaths >= MAX_DEATHS_OF_ESSENTIAL):
                break
            restarts += 1
            wait_seconds = seconds_before_start(deaths, is_steady=is_steady)
            logger.error("companion %s: %s; starting it again in %g s", self.name, reason, wait_seconds)
            self.note(self.name, CompanionState(state=State.RESTARTING, restarts=restarts, reason=reason))
            if self.stopped.wait(wait_seconds):
                return
        if self.companion.is_essential:
            self.give_up(self.name)

    def _run_once(self) -> str | None:
        """Return why it died, or None when it will not be started again."""
        try:
            self.body.run()
        except CannotListen as error:
            logger.error("companion %s stays stopped: %s", self.name, error)
            self.note(self.name, CompanionState(state=State.STOPPED, reason=str(error)))
            return None
        except EndedUnasked as death:
            return str(death)
        except BaseException as death:
            # Not raised again: nobody could catch it here.
            logger.critical("companion %s failed", self.name, exc_info=True)
            return f"it failed with {type(death).__name__}"
        return None

    def stop(self) -> None:
        self.stopped.set()
        self.body.stop()

    def leave(self) -> None:
        self.stopped.set()
        self.body.leave()


def seconds_before_start(deaths: int, *, is_steady: bool) -> float:
    """Return how long to wait after so many deaths in a row; `is_steady` says that the last run was a long one."""
    return 0 if is_steady else min(2.0 ** min(deaths - 1, 30), MAX_WAIT_SECONDS)


def _end(keepers: Sequence[Keeper], timeout_seconds: float) -> list[Keeper]:
    """Tell all of them to stop and wait for them together. Returns those still busy after `timeout_seconds`."""
    ends_at = monotonic() + timeout_seconds
    for keeper in keepers:
        keeper.stop()
    for keeper in keepers:
        if keeper.ident is not None:
            keeper.join(max(0.0, ends_at - monotonic()))
    return [keeper for keeper in keepers if keeper.is_alive()]
