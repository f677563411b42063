"""The work of the background threads: writing what is due, removing what crashed writes left, checking scripts."""

import logging
from threading import Event, Thread

from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone

from assemblies.actions.check_scripts import check_unchecked, forget_unused
from assemblies.actions.sweep import sweep_payloads
from assemblies.conf import flush_interval, payload_store
from assemblies.errors import LibraryError
from assemblies.fleet.departures import watch_departures
from assemblies.journal.append import journal_end
from assemblies.journal.flusher import Flusher
from assemblies.schedules.scheduler import run_scheduler
from assemblies.upstream.watching import watch_upstream

logger = logging.getLogger(f"borealis.engine.{__name__}")
HOUR_SECONDS = 3600
CHECK_SECONDS = 2


def flush_due(stopped: Event) -> None:
    """Flush what is due until `stopped` is set, then everything once more."""
    Flusher(interval=flush_interval(), stopped=stopped).run()


def sweep_hourly(stopped: Event, *, every_seconds: float = HOUR_SECONDS) -> None:
    """Sweep every hour, so that what is past its grace does not stay to be reported."""
    while not stopped.wait(every_seconds):
        sweep()


def keep_time(stopped: Event) -> None:
    """Run the scheduler and, in threads of their own, watch the upstream head and who goes offline.

    An API that hangs delays no job.
    """
    gone = Event()
    for watch in (watch_upstream, watch_departures):
        # A daemon: nothing that it does has to be finished.
        Thread(target=watch, args=(gone,), name=watch.__name__, daemon=True).start()
    try:
        run_scheduler(stopped)
    finally:
        gone.set()


def sweep() -> None:
    """Sweep once; trouble is said in the log, and an hour later it is tried again."""
    try:
        if removed := sweep_payloads(payload_store(), now=timezone.now()):
            logger.info("sweep: removed %s payloads that no revision names: %s", len(removed), ", ".join(removed))
    except (DatabaseError, LibraryError, OSError) as error:
        logger.warning("sweep: %s", error)
    finally:
        connections.close_all()


def keep_checked(stopped: Event, *, every_seconds: float = CHECK_SECONDS) -> None:
    """Check what is new in the journal soon after it came; after trouble, which is logged, everything that is left."""
    seen: int | None = None
    while not stopped.wait(every_seconds):
        try:
            if seen is None:
                forget_unused(now=timezone.now())
            head = journal_end()
            if head != seen:
                check_unchecked(payload_store(), is_stopped=stopped.is_set)
                seen = head
        except (DatabaseError, LibraryError, OSError) as error:
            logger.warning("check: %s", error)
            connections.close_all()
