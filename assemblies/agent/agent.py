"""The agent's loop: fetch work while there is any, start it once, upload what comes of it, stop when told to.

One thread speaks with the server; each script has a thread of its own that writes to the spool. A line that is cut
costs time, never a byte: what could not be sent stays in the spool.
"""

import hashlib
import logging
import os
import platform
from collections.abc import Mapping
from threading import Event
from time import monotonic
from typing import Any

from assemblies.agent.attempt import RESTARTED, Attempt, failure
from assemblies.agent.connection import pause_after
from assemblies.agent.errors import AgentError, NotEnrolled, ServerRefused, Unreachable, WorkRefused
from assemblies.agent.keys import DeviceKey
from assemblies.agent.messages import fetch_file
from assemblies.agent.pinned_keys import pinned_keys, take_statement
from assemblies.agent.session import Session
from assemblies.agent.signed_work import Work, attempt_key, named_attempt, verified_work
from assemblies.agent.spool import Spool
from assemblies.agent.state import State
from assemblies.agent.uploads import Uploads
from assemblies.agent.waiting import Waiting
from assemblies.supervision import find_interpreters, sweep_orphans

logger = logging.getLogger(f"borealis.engine.{__name__}")
HEARTBEAT, DETAILS, CLAIM = "/api/agent/heartbeat", "/api/agent/details", "/api/agent/script/request"
CAPABILITY = "AssemblyRun"
POLL_SECONDS = 15.0
# Output is collected for so long before it is sent.
COLLECT_SECONDS = 0.3
MAX_PAUSE_SECONDS = 30.0
SECONDS_TO_END = 8.0


class Agent:
    """One enrolled device at work."""

    def __init__(self, state: State, session: Session, key: DeviceKey, settings: Mapping[str, Any]) -> None:
        self._state, self._session, self._settings = state, session, settings
        self._spool = Spool(state.path("spool"))
        self._uploads = Uploads(session, key, self._spool, more=self._wake)
        self._running: dict[str, Attempt] = {}
        self._changed = Event()
        self._waiting = Waiting(session, self._wake)
        self._owner = f"agent-{session.guid}"
        self._actions = sorted(language.value for language in find_interpreters())
        self._heartbeat_at = self._claim_at = self._quiet_until = 0.0
        self._failures = 0
        self._has_reported = False
        self._refused_statements: list[object] = []

    def begin(self) -> None:
        """End what an earlier agent left running, and keep for the server that it was broken off."""
        sweep_orphans(self._owner)
        for spooled in self._spool.attempts():
            if spooled.end() is None:
                spooled.write_end(failure(RESTARTED))

    def run(self, stopped: Event) -> None:
        """Work until `stopped` is set, then stop what runs. Raises NotEnrolled."""
        logger.info("device %s: runs %s", self._session.guid, ", ".join(self._actions) or "nothing")
        self.begin()
        try:
            while not stopped.is_set():
                self._changed.clear()
                self.turn()
                self._wait(stopped)
        finally:
            self._end()

    def run_once(self) -> int:
        """Carry out everything that waits for this device, and return how many items that was."""
        self.begin()
        self._report()
        self._drain()
        count = 0
        while claimed := self._claim_all():
            count += claimed
            self._drain()
        return count

    def _claim_all(self) -> int:
        count = 0
        while self._claim():
            count += 1
        return count

    def _drain(self) -> None:
        """Upload until the server has all of what was begun."""
        while self._running or self._uploads.waiting():
            self._changed.clear()
            self._uploads.send(self._running)
            self._forget_ended()
            self._changed.wait(COLLECT_SECONDS)

    def turn(self) -> None:
        """Do what is due. What the server cannot be told now is told later."""
        if monotonic() < self._quiet_until:
            return
        try:
            self._report()
            self._heartbeat()
            self._uploads.send(self._running)
            self._forget_ended()
            while monotonic() >= self._claim_at:
                self._claim()
            self._failures = 0
        except Unreachable as error:
            self._back_off(error)
        except ServerRefused as refusal:
            self._back_off(refusal, refusal.retry_after)

    def _report(self) -> None:
        """Say once what this device is: never more than a claim, so that its refusal stops nothing."""
        if self._has_reported:
            return
        body = {"hostname": platform.node(), "capabilities": self._actions, "inventory": _inventory()}
        try:
            self._session.post(DETAILS, body)
        except ServerRefused as refusal:
            logger.warning("details: %s", refusal.message)
        self._has_reported = True

    def _heartbeat(self) -> None:
        if monotonic() < self._heartbeat_at:
            return
        answer = self._session.post(HEARTBEAT, {})
        self._heartbeat_at = monotonic() + _pause_of(answer)
        self._waiting.at(str(answer.get("realtime_url") or ""))
        self._take_signing_key(answer)

    def _wake(self) -> None:
        self._claim_at = 0.0
        self._changed.set()

    def _claim(self) -> int:
        """Fetch one item, and return whether one was started; there may be more then."""
        answer = self._session.post(CLAIM, {"capabilities": {CAPABILITY: self._actions}, "held": self._held()})
        self._take_signing_key(answer)
        self._claim_at = monotonic() + _pause_of(answer)
        offered = answer.get("work_item")
        if answer.get("status") != "work" or not isinstance(offered, dict):
            return 0
        if not self._take(offered):
            return 0
        # An older server does not say whether more waits.
        if answer.get("work_waits", True):
            self._claim_at = monotonic()
        return 1

    def _held(self) -> list[dict[str, Any]]:
        return [
            {"work_item_hash": spooled.work_item_hash, "attempt_number": spooled.attempt_number}
            for spooled in self._spool.attempts()
        ]

    def _take(self, offered: Mapping[str, Any]) -> bool:
        """Start the work that is offered, and return whether the offer was dealt with."""
        try:
            self._start(self._verified(offered))
        except WorkRefused as refusal:
            logger.warning("work refused: %s: %s", refusal.code, refusal.message)
            return refusal.code != "already_started" and self._tell_refusal(offered, refusal)
        return True

    def _verified(self, offered: Mapping[str, Any]) -> Work:
        now = self._session.now()
        keys, allowed = pinned_keys(self._state, now=now), self._settings["allow"]
        return verified_work(offered, guid=self._session.guid, keys=keys, allowed=allowed, now=now)

    def _start(self, work: Work) -> None:
        self._spool.check_unstarted(work.key)
        contents = {file.sha256: self._content(work, file) for file in (work.script, *work.files)}
        spooled = self._spool.begin(work.key, work.work_item_hash, work.attempt_number)
        account = str(self._settings.get("run_as") or "")
        attempt = Attempt(work, spooled, contents, self._owner, account, changed=self._changed.set)
        self._running[work.key] = attempt
        attempt.start()

    def _content(self, work: Work, file: Any) -> bytes:
        try:
            content = fetch_file(self._session, work, file)
        except ServerRefused as refusal:
            # Neither says anything of the file: later it may come. Any other refusal would come again for ever.
            if refusal.status in {401, 429}:
                raise
            raise WorkRefused(refusal.code, refusal.message) from refusal
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise WorkRefused("content_mismatch", f"{file.name} is not the file that was signed.")
        return content

    def _tell_refusal(self, offered: Mapping[str, Any], refusal: WorkRefused) -> bool:
        """Record the attempt as begun and ended: it goes to the server as every other end does."""
        if (named := named_attempt(offered)) is None:
            return False
        key = attempt_key(*named)
        try:
            self._spool.begin(key, *named).write_end(failure(refusal.code))
        except WorkRefused:
            return False
        return True

    def _take_signing_key(self, answer: Mapping[str, Any]) -> None:
        for statement in answer.get("signing_key_statements") or ():
            if statement in self._refused_statements:
                continue
            try:
                if take_statement(self._state, statement, now=self._session.now()):
                    logger.warning("a new signing key of the server is trusted from now on")
            except (AgentError, ValueError, KeyError, TypeError) as error:
                # Offered with every answer: also statements of before this device enrolled, which it cannot verify.
                self._refused_statements.append(statement)
                logger.warning("a signing key was offered and not taken: %s", error)

    def _forget_ended(self) -> None:
        for key, attempt in list(self._running.items()):
            if attempt.is_over.is_set():
                del self._running[key]

    def _back_off(self, error: AgentError, wanted: float = 0.0) -> None:
        self._failures += 1
        pause = wanted or pause_after(self._failures, most=MAX_PAUSE_SECONDS)
        self._quiet_until = monotonic() + pause
        logger.warning("%s Next try in %.0f s.", error.message, pause)

    def _wait(self, stopped: Event) -> None:
        """Wait until something is due; what a script prints is collected for a moment."""
        if monotonic() < self._quiet_until:
            stopped.wait(min(1.0, self._quiet_until - monotonic()))
            return
        due = min(self._heartbeat_at, self._claim_at) - monotonic()
        self._changed.wait(max(0.0, min(due, 1.0)))
        stopped.wait(COLLECT_SECONDS)

    def _end(self) -> None:
        self._waiting.stop()
        for attempt in self._running.values():
            attempt.cancel(RESTARTED)
        ends_at = monotonic() + SECONDS_TO_END
        for attempt in self._running.values():
            attempt.is_over.wait(max(0.0, ends_at - monotonic()))
        try:
            self._uploads.send(self._running)
        except (Unreachable, ServerRefused, NotEnrolled) as error:
            logger.info("what is left is sent at the next start: %s", error.message)


def _inventory() -> dict[str, str]:
    return {
        "os": _os_name(),
        "release": platform.release(),
        "machine": platform.machine(),
        "processors": str(os.cpu_count() or ""),
        "python": platform.python_version(),
    }


def _os_name() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        # No Linux, or one that does not say which.
        return f"{platform.system()} {platform.version()}".strip()


def _pause_of(answer: Mapping[str, Any]) -> float:
    return float(answer.get("poll_after_ms") or POLL_SECONDS * 1000) / 1000
