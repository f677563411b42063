"""The web server: worker processes of granian around one listening socket that this process owns.

One shared socket rather than granian's one per worker: a second server on the same port fails at once instead of taking
every other request, and a worker that dies takes no waiting connection with it. Workers end when this process does,
however it ends.
"""

import errno
import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError
from django.utils.module_loading import import_string
from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

ADDRESS_IN_USE = {errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)}
BACKLOG = 1024
# Granian's own default is 512 threads, each with its database connections.
THREADS_PER_WORKER = 4
SECONDS_TO_FINISH_REQUESTS = 3
ENGINE_LOG_ONLY: dict[str, Any] = {"formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises CommandError when the address is taken or not to be had."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise CommandError(_listen_words(host, port, error)) from error


def _listen_words(host: str, port: int, error: OSError) -> str:
    address = address_of(host, port)
    if error.errno in ADDRESS_IN_USE:
        return f"{address} is already in use: stop what listens there, or set BOREALIS_PORT (or --port) to another."
    return f"Cannot listen at {address} ({error.strerror or error}): set BOREALIS_HOST and BOREALIS_PORT."


def address_of(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class WebServer(MPServer):
    """Granian with WSGI workers that are spawned, respawned when they fail, and bounded in threads."""

    def __init__(self, host: str, port: int, *, application: str, workers: int) -> None:
        self.listener = listen(host, port)
        # Spawn: a fork would copy this process's threads' locks and database handles.
        multiprocessing.set_start_method("spawn", force=True)
        super().__init__(
            application,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS_PER_WORKER,
            backlog=BACKLOG,
            websockets=False,
            respawn_failed_workers=True,
            workers_kill_timeout=SECONDS_TO_FINISH_REQUESTS,
            log_level=LogLevels.info,
            log_dictconfig=ENGINE_LOG_ONLY,
        )

    def run(self, *, on_listening: Callable[[], object]) -> bool:
        """Serve until a signal ends it. Returns False when the workers kept failing instead."""
        self.on_startup(on_listening)
        try:
            self.serve(target_loader=load_application)
        except SystemExit:
            # Granian's code also speaks of workers that a signal to the whole process group ended before it could.
            return self.interrupt_signal
        return self.interrupt_signal

    def stop(self) -> None:
        """End as a signal would; may be called from any thread."""
        self.interrupt_signal = True
        self.main_loop_interrupt.set()

    def _init_shared_socket(self) -> None:
        self._ssp = None
        # Windows workers are handed the socket itself, others its number.
        if sys.platform != "win32":
            self._shd = SocketHolder(self.listener.fileno(), False, BACKLOG)  # type: ignore[assignment, call-arg]
        self.listener.set_inheritable(True)
        self._sso = self.listener


def load_application(target: str) -> Callable[..., Any]:
    """Load the WSGI application in a worker process."""
    # Until granian's own handlers are in place: Ctrl-C goes to the whole group, and the parent says when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    application: Callable[..., Any] = import_string(target)
    return application


def end_with_parent() -> None:
    """End this process when its parent is gone; an orphan would keep answering on the port."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_wait_for_end, args=(parent.sentinel,), name="parent-watch", daemon=True).start()


def _wait_for_end(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    # At once and without clean-up: every acknowledged change is durable already.
    os._exit(1)
