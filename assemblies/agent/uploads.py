"""The spool on its way to the server: output, that it still runs, how it ended. In this order, however late."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from assemblies.agent.attempt import Attempt
from assemblies.agent.errors import ServerRefused
from assemblies.agent.keys import DeviceKey
from assemblies.agent.messages import Sender, send_end, send_output, send_progress
from assemblies.agent.spool import Spool, SpooledAttempt

logger = logging.getLogger(f"borealis.engine.{__name__}")
RENEW_SECONDS = 10.0
# The item was ended without this device; what its script printed and how it ended are still taken.
STILL_TAKEN = "already_finalized"


class Uploads:
    """What is sent of each attempt, and when it is next due; `more` is called where the server says that work waits."""

    def __init__(
        self,
        sender: Sender,
        key: DeviceKey,
        spool: Spool,
        *,
        more: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sender, self._key, self._spool, self._more, self._clock = sender, key, spool, more, clock
        self._renew_at: dict[str, float] = {}

    def send(self, running: dict[str, Attempt]) -> None:
        """Send what there is of every attempt. Raises ServerRefused (429), Unreachable, NotEnrolled."""
        for spooled in self._spool.attempts():
            self._send(spooled, running.get(spooled.folder.name))

    def waiting(self) -> int:
        """Return how many attempts the server has not heard the end of."""
        return len(self._spool.attempts())

    def _send(self, spooled: SpooledAttempt, attempt: Attempt | None) -> None:
        try:
            for answer in self._messages(spooled, attempt):
                if attempt and answer.get("cancel_requested"):
                    attempt.cancel(str(answer.get("cancel_reason") or "canceled"))
        except ServerRefused as refusal:
            if refusal.status == 429:
                raise
            self._take_refusal(spooled, attempt, refusal)

    def _messages(self, spooled: SpooledAttempt, attempt: Attempt | None) -> Iterable[dict[str, Any]]:
        # Read before the output is: what was printed before the end is then in the spool.
        end = spooled.end()
        if attempt and attempt.is_started.is_set() and self._is_due(spooled):
            yield send_progress(self._sender, spooled)
        while (answer := send_output(self._sender, spooled)) is not None:
            yield answer
        if end is not None:
            answer = send_end(self._sender, spooled, end, self._key)
            spooled.remove()
            if answer.get("work_waits"):
                self._more()

    def _is_due(self, spooled: SpooledAttempt) -> bool:
        now, name = self._clock(), spooled.folder.name
        if now < self._renew_at.get(name, 0.0):
            return False
        self._renew_at[name] = now + RENEW_SECONDS
        return True

    def _take_refusal(self, spooled: SpooledAttempt, attempt: Attempt | None, refusal: ServerRefused) -> None:
        """A script that runs is let to its end: half of it may be worse than all of it. Its result is still told."""
        logger.warning("%s: %s", spooled.folder.name, refusal.message)
        if attempt is None or attempt.is_over.is_set():
            spooled.remove()
        elif refusal.code != STILL_TAKEN:
            # The same chunks would be refused again, and fill the disk until the script ends.
            for chunk in list(spooled.chunks()):
                chunk.path.unlink(missing_ok=True)
