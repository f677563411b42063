"""The flusher beside a web server: a thread of the parent process, started by `serve` and by nothing else."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from assemblies.journal.flusher import Flusher

logger = logging.getLogger(__name__)


class FlusherThread(Thread):
    """Runs a flusher; when it ends without being asked to, `on_death` is called so that nobody serves without one."""

    def __init__(self, flusher: Flusher, *, on_death: Callable[[], object]) -> None:
        # A daemon: a final flush that hangs on a locked database must not keep the process; the journal has it all.
        super().__init__(name="flusher", daemon=True)
        self.flusher = flusher
        self.on_death = on_death
        self.died = Event()

    def run(self) -> None:
        try:
            self.flusher.run()
        except BaseException:
            # Not raised again: nobody could catch it here. `on_death` ends the process with an exit code that says so.
            logger.critical("the flusher failed", exc_info=True)
        if not self.flusher.stopped.is_set():
            self.died.set()
            self.on_death()

    def end(self, *, timeout_seconds: float) -> bool:
        """Ask for the final flush and wait for it. Returns False when it did not end in time."""
        self.flusher.stopped.set()
        self.join(timeout_seconds)
        return not self.is_alive()
