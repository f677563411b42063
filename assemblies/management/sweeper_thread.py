"""The sweep beside the flusher: a thread of `serve` or `flush_worker`, started by them and by nothing else."""

import logging
from threading import Event, Thread

from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone

from assemblies.actions.sweep import sweep_payloads
from assemblies.conf import payload_store
from assemblies.errors import LibraryError

logger = logging.getLogger(__name__)
HOUR_SECONDS = 3600


class SweeperThread(Thread):
    """Sweeps every hour, so that what is past its grace does not stay to be reported. More than one does no harm."""

    def __init__(self, *, stopped: Event, every_seconds: float = HOUR_SECONDS) -> None:
        # A daemon: it may be killed at any instruction, and what it had not removed is removed by the next.
        super().__init__(name="sweeper", daemon=True)
        self.stopped = stopped
        self.every_seconds = every_seconds

    def run(self) -> None:
        while not self.stopped.wait(self.every_seconds):
            self.sweep()

    def sweep(self) -> None:
        """Sweep once; trouble is told in the log, and an hour later it is tried again."""
        try:
            if removed := sweep_payloads(payload_store(), now=timezone.now()):
                logger.info("sweep: removed %s payloads that no revision names: %s", len(removed), ", ".join(removed))
        except (DatabaseError, LibraryError, OSError) as error:
            logger.warning("sweep: %s", error)
        finally:
            connections.close_all()
