"""Who waits, and the one task that looks for all of them.

Everything here runs in the event loop; databases are queried in threads. A client is registered before the database is
queried for what is there already, so that nothing falls between the two.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from itertools import islice
from threading import Barrier, BrokenBarrierError
from typing import TypeVar
from uuid import uuid4

from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone

from assemblies.execution.transitions import ALIAS
from assemblies.fleet.presence import presence
from assemblies.realtime.limits import Pace
from assemblies.realtime.watching import RosterChange, Seen, StreamEvent, Watch, roster_digest
from devmode.change_watch import ChangeWatch

logger = logging.getLogger(f"borealis.engine.{__name__}")
Answer = TypeVar("Answer")
LOOK_SECONDS = 0.1
# A run on a thousand devices is claimed over five seconds.
WOKEN_PER_SECOND, WOKEN_AT_ONCE = 200, 20
WAKE_SECONDS = 0.05
# Where the database says that nothing was committed to it.
SECONDS_BETWEEN_LOOKS = 2.0
PRESENCE_SECONDS = 10.0
ROSTER_SECONDS = 2.0
SECONDS_AFTER_FAILURE = 2.0
# Enough to authenticate a fleet that comes back within seconds; each holds one connection to each database it asks.
THREADS = 4
SECONDS_TO_LET_GO = 2.0
# One stream that does not read is ended; it takes up again where it was.
MAX_UNREAD = 1000
Queue = asyncio.Queue[StreamEvent | RosterChange | None]


class Hub:
    """The devices and streams of this process."""

    def __init__(self) -> None:
        self._devices: dict[str, asyncio.Event] = {}
        self._with_work: set[str] = set()
        self._to_wake: dict[str, None] = {}
        self._pace = Pace(per_second=WOKEN_PER_SECOND - WOKEN_AT_ONCE, at_once=WOKEN_AT_ONCE)
        self._streams: dict[Queue, bool] = {}
        self._roster: int | None = None
        self._changes = ChangeWatch(ALIAS, at_least_every_seconds=SECONDS_BETWEEN_LOOKS)
        self._has_begun = asyncio.Event()
        self.seen = Watch()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="realtime")

    def close(self) -> None:
        """End the threads, each with its connections: left to themselves they would hold the databases open."""
        everyone = Barrier(THREADS)
        for _thread in range(THREADS):
            self._threads.submit(_let_go, everyone)
        self._threads.shutdown()

    async def ask(self, question: Callable[..., Answer], *arguments: object) -> Answer:
        """Call something that asks a database, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _asked, question, arguments)

    @asynccontextmanager
    async def device(self, guid: str) -> AsyncIterator[asyncio.Event]:
        """Register a device that waits, for which there may be work already; what it waited with before is woken, since
        it is gone."""
        await self._has_begun.wait()
        if earlier := self._devices.get(guid):
            earlier.set()
        woken = self._devices[guid] = asyncio.Event()
        self._wake(self._with_work & {guid})
        try:
            yield woken
        finally:
            if self._devices.get(guid) is woken:
                del self._devices[guid]
                self._to_wake.pop(guid, None)

    @asynccontextmanager
    async def stream(self, *, of_devices: bool = False) -> AsyncIterator["Queue"]:
        """Register a stream, one that is told when the list of devices changes, too; None in its queue ends it."""
        await self._has_begun.wait()
        queue: Queue = asyncio.Queue(MAX_UNREAD)
        self._streams[queue] = of_devices
        try:
            yield queue
        finally:
            del self._streams[queue]

    @property
    def waiting(self) -> int:
        return len(self._devices) + len(self._streams)

    async def watch(self) -> None:
        """Look for what happens, and for who is there, until canceled."""
        await asyncio.gather(
            _forever(self._look_on, LOOK_SECONDS),
            _forever(self._wake_on, WAKE_SECONDS),
            _forever(self._tell_presence, PRESENCE_SECONDS),
            _forever(self._look_at_roster, ROSTER_SECONDS),
        )

    async def _look_on(self) -> None:
        self._tell(await self.ask(self._look))
        # What happens before the first look is told to nobody: a client that comes waits for it.
        self._has_begun.set()

    def _look(self) -> Seen:
        return self.seen.look(now=timezone.now()) if self._changes.may_have_changed() else Seen()

    def _tell(self, seen: Seen) -> None:
        if seen.devices is not None:
            self._with_work = set(seen.devices)
            self._wake(self._with_work & self._devices.keys())
        for queue in self._streams:
            for event in seen.events:
                if queue.full():
                    # The oldest gives way to the end: the client comes back with its position.
                    queue.get_nowait()
                    queue.put_nowait(None)
                    break
                queue.put_nowait(event)

    def _wake(self, guids: Iterable[str]) -> None:
        self._to_wake |= dict.fromkeys(guids)
        self._wake_some()

    def _wake_some(self) -> None:
        """Wake who is next, as many as may be now: hundreds that claim at once would keep all others waiting."""
        for guid in list(islice(self._to_wake, self._pace.take(len(self._to_wake)))):
            del self._to_wake[guid]
            # It knows; if it claims nothing, a later look finds it again.
            self._with_work.discard(guid)
            self._devices[guid].set()

    async def _wake_on(self) -> None:
        self._wake_some()

    async def _look_at_roster(self) -> None:
        """Say that the list of devices changed. While nobody follows it, it is not read."""
        followers = [queue for queue, of_devices in self._streams.items() if of_devices]
        before, self._roster = self._roster, await self.ask(_roster) if followers else None
        # The first time anything may have changed since the pages were loaded.
        if self._roster is None or before == self._roster:
            return
        change = RosterChange(timezone.now(), str(uuid4()))
        for queue in followers:
            # A hint: one that finds no room is one of many.
            with suppress(asyncio.QueueFull):
                queue.put_nowait(change)

    async def _tell_presence(self) -> None:
        if devices := list(self._devices):
            await self.ask(_note_presence, devices)


async def _forever(work: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        try:
            await work()
        except DatabaseError as error:
            logger.warning("realtime: %s", error)
            await asyncio.sleep(SECONDS_AFTER_FAILURE)
        await asyncio.sleep(seconds)


def _let_go(everyone: Barrier) -> None:
    # None is free to take a second one of these before each has taken one.
    with suppress(BrokenBarrierError):
        everyone.wait(SECONDS_TO_LET_GO)
    connections.close_all()


def _asked(question: Callable[..., Answer], arguments: tuple[object, ...]) -> Answer:
    try:
        return question(*arguments)
    except DatabaseError:
        with suppress(DatabaseError):
            connections.close_all()
        raise


def _roster() -> int:
    return roster_digest(now=timezone.now())


def _note_presence(devices: list[str]) -> None:
    presence.note_all(devices, now=timezone.now())
