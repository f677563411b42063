"""A command that runs one companion alone, for use with any WSGI server; the system's service manager restarts it."""

import logging
import signal
from threading import Event
from typing import Any

from django.db import connections
from django.utils.module_loading import import_string

from assemblies.management.command import LibraryCommand
from assemblies.management.companions.child import stop_at
from assemblies.management.companions.companion import Companion
from assemblies.management.preparation import check_prepared

logger = logging.getLogger(f"borealis.engine.{__name__}")


class CompanionCommand(LibraryCommand):
    """Runs `companion` until SIGTERM or Ctrl-C; `greeting` is what people read when it has started."""

    companion: Companion
    offers_json = False

    def work(self, **_options: Any) -> None:
        stopped = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            stop_at(number, stopped)
        check_prepared()
        self.stdout.write(f"{self.greeting()} (Ctrl-C ends it)")
        self.stdout.flush()
        logger.info("%s: started", self.companion.command)
        try:
            import_string(self.companion.run)(stopped, **self.companion.arguments)
        finally:
            connections.close_all()
        logger.info("%s: ended", self.companion.command)

    def greeting(self) -> str:
        raise NotImplementedError
