"""`flush_worker`: the flusher alone, beside any WSGI server."""

import logging
import signal
from threading import Event
from typing import Any

from assemblies.conf import flush_interval
from assemblies.journal.flusher import Flusher
from assemblies.management.command import LibraryCommand
from assemblies.management.preparation import check_prepared
from assemblies.management.sweeper_thread import SweeperThread

logger = logging.getLogger(__name__)


class Command(LibraryCommand):
    help = (
        "Write due changes to their domain databases until SIGTERM or Ctrl-C, then flush everything once more. "
        "For deployments whose web server is not `serve`; more than one may run."
    )
    examples = """
        manage.py flush_worker
        BOREALIS_FLUSH_INTERVAL_SECONDS=5 manage.py flush_worker
    """
    offers_json = False

    def work(self, **_options: Any) -> None:
        stopped = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        check_prepared()
        self.stdout.write(f"Flushing what is {flush_interval().seconds} seconds old (Ctrl-C ends it)")
        self.stdout.flush()
        SweeperThread(stopped=stopped).start()
        logger.info("flush_worker: started")
        Flusher(interval=flush_interval(), stopped=stopped).run()
        logger.info("flush_worker: ended")
