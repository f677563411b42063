"""Waiting for work at the realtime server: woken at once instead of by the next poll.

A hint and no more. While the server cannot be reached the agent polls as it would without it.
"""

import logging
from collections.abc import Callable
from threading import Event, Thread

from assemblies.agent.connection import pause_after
from assemblies.agent.errors import AgentError
from assemblies.agent.session import Session

logger = logging.getLogger(f"borealis.engine.{__name__}")
MAX_PAUSE_SECONDS = 60.0


class Waiting:
    """A thread that waits at an address and calls `wake` each time that work is there."""

    def __init__(self, session: Session, wake: Callable[[], object]) -> None:
        self._session, self._wake = session, wake
        self._stopped = Event()
        self._address = ""
        self._failures = 0

    def at(self, address: str) -> None:
        """Wait at this address from now on; where there is none, or it is the one before, nothing changes."""
        if not address or address == self._address:
            return
        has_begun, self._address = bool(self._address), address
        if not has_begun:
            Thread(target=self._run, name="waiting", daemon=True).start()

    def stop(self) -> None:
        """Wait no more; a request that is open ends with the process."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._once()):
            continue

    def _once(self) -> float:
        """Wait once, and return how many seconds to pause before the next time."""
        try:
            answer = self._session.wait_at(self._address)
        except AgentError as error:
            self._failures += 1
            if self._failures == 1:
                logger.info("polling, since no work can be waited for: %s", error.message)
            return pause_after(self._failures, most=MAX_PAUSE_SECONDS)
        self._failures = 0
        if answer.get("status") != "work":
            return float(answer.get("poll_after_ms") or 0) / 1000
        self._wake()
        # What was found is claimed by another thread; without a pause it would be found again until it is.
        return 1.0
