"""The flusher: a loop that writes due changes to their domain databases until it is told to stop.

Nothing depends on it for safety, only for promptness; it may be killed at any instruction and started twice.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils import timezone

from assemblies.databases import DEFAULT
from assemblies.domains import Domain
from assemblies.errors import LibraryError
from assemblies.journal.flush import flush, flush_domain
from assemblies.journal.pending import due_at, pending_entries
from assemblies.models import DomainState
from devmode.change_watch import ChangeWatch
from devmode.disk_reserve import make_room

logger = logging.getLogger(f"borealis.engine.{__name__}")
TICK_SECONDS = 0.5
# Where the database says that nothing was committed to it, and nothing was pending.
SECONDS_BETWEEN_LOOKS = 10.0


class Flusher:
    """Flushes each domain when its oldest pending change is one interval old."""

    def __init__(self, *, interval: timedelta, stopped: Event) -> None:
        self.interval = interval
        self.stopped = stopped
        self._watch = ChangeWatch(DEFAULT, at_least_every_seconds=SECONDS_BETWEEN_LOOKS)
        self._is_pending = True

    def run(self) -> None:
        """Flush what is due until `stopped` is set, then flush everything once more."""
        while not self.stopped.wait(TICK_SECONDS):
            make_room()
            self._try(self._look)
        self._try(flush)

    def _look(self) -> None:
        # What is pending becomes due by time alone, and what this flusher wrote itself is not counted as a change.
        if self._watch.may_have_changed() or self._is_pending:
            self.flush_due()

    def flush_due(self) -> None:
        now = timezone.now()
        due_times = self.due_times(now)
        self._is_pending = bool(due_times)
        for domain, due in due_times.items():
            if due <= now and not self.stopped.is_set():
                flush_domain(domain)

    def due_times(self, now: datetime) -> dict[Domain, datetime]:
        """Return when each domain with pending changes is due.

        `now` is the caller's: a second reading of the clock would be later, and what is due at once never would be.
        """
        states = {state.domain: state for state in DomainState.objects.all()}
        due = {}
        for domain in Domain:
            state = states.get(domain)
            pending = pending_entries({domain: state.persisted_sequence if state else 0})
            oldest = pending.values_list("recorded_at", flat=True).first()
            if oldest is not None:
                due[domain] = due_at(state, oldest, interval=self.interval, now=now)
        return due

    def _try(self, step: Callable[[], object]) -> None:
        """Keep the loop alive through a busy or missing `default`; what was not flushed stays pending."""
        try:
            step()
        except (DatabaseError, LibraryError, OSError) as error:
            logger.warning("flusher: %s", error)
            close_old_connections()
