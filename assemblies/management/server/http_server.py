"""The HTTP server of pages and REST: waitress, with bounds on what clients may hold and for how long.

Everything that leans on waitress beyond `create_server` is in this package and looked at for the version that
tests/hardening/test_waitress.py names.
"""

import logging
import socket
import sys
from collections.abc import Iterable
from threading import Event, Thread, get_ident
from time import monotonic
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import connection as library
from django.utils.module_loading import import_string
from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from assemblies.management.server.clients import MIB, Clients
from assemblies.management.server.connection import Connection, FindKept
from assemblies.management.server.lanes import Lanes
from assemblies.management.server.memory import return_free_memory
from assemblies.management.server.warming import warm_up
from assemblies.web.replay import answer_at_once
from assemblies.web.uploads import max_body_bytes
from devmode.addresses import Networks

logger = logging.getLogger(f"borealis.engine.{__name__}")
THREADS = 4
MAX_CONNECTIONS = 2000
# `select` on Windows takes 512 sockets.
MAX_CONNECTIONS_ON_WINDOWS = 400
# A connection may have a temporary file each way; databases, log and payloads need the rest.
FILES_PER_CONNECTION = 3
FILES_FOR_THE_REST = 250
MIN_CONNECTIONS = 20
MAX_HEADER_BYTES = 64 * 1024
# Bodies above, and answers above, go through temporary files. A list of 10,000 rows has about 10 MiB; a file costs half
# as much again as sending it.
BODY_IN_MEMORY_BYTES = 64 * 1024
ANSWER_IN_MEMORY_BYTES = 16 * MIB
# While so much waits for slow readers, all but small answers go through files: memory is for those who read.
MAX_HELD_IN_MEMORY_BYTES = 128 * MIB
# Above any answer: a thread that answers never waits for a client to read.
UNREACHED = sys.maxsize
SECONDS_TO_FINISH_REQUESTS = 3.0
# Where another process takes new clients already: what is asked and answered meanwhile, and connections that clients
# keep to ask again, for so long that the next answer can tell them to open another.
SECONDS_TO_LEAVE = 60.0
UNUSED_SECONDS_TO_LEAVE = 2.0
LOOP_SECONDS = 1.0


class ListenerLost(Exception):
    """The listening socket was closed after an error."""


class HttpServer:
    """Serves one WSGI application on one listening socket until it is told to end.

    What `find_kept` has an answer to is answered by the loop's own thread: no other has to be woken for it, and none
    takes the interpreter from it.
    """

    def __init__(
        self,
        application: WSGIApplication,
        listener: socket.socket,
        *,
        proxies: Networks,
        find_kept: FindKept,
    ) -> None:
        self.map: dict[int, Any] = {}
        self.find_kept = find_kept
        max_connections = connection_limit(allow_open_files())
        self.clients = Clients(proxies, max_connections=max_connections)
        created = create_server(
            without_body_of_head(application),
            map=self.map,
            sockets=[listener],
            threads=1,
            ident=None,
            clear_untrusted_proxy_headers=False,  # TrustedProxies judges them.
            log_socket_errors=False,  # A client that goes away is no error of ours.
            connection_limit=UNREACHED,  # Clients closes what is too much; waitress would stop accepting.
            channel_timeout=UNREACHED,  # Clients judges by progress, and by a clock that nobody sets.
            recv_bytes=BODY_IN_MEMORY_BYTES,
            inbuf_overflow=BODY_IN_MEMORY_BYTES,
            outbuf_overflow=ANSWER_IN_MEMORY_BYTES,
            outbuf_high_watermark=UNREACHED,
            max_request_header_size=MAX_HEADER_BYTES,
            max_request_body_size=max_body_bytes() + 1,
        )
        # One socket makes one server; the stubs leave open which kind.
        self.server = cast("BaseWSGIServer", created)
        # A server of databases has what to do while a thread waits for it; SQLite computes in the thread that asks.
        at_once = 1 if library.vendor == "sqlite" else THREADS
        self.lanes = Lanes(self.server.task_dispatcher, at_once=at_once)
        self.lanes.set_thread_count(THREADS)
        self.server.task_dispatcher = self.lanes
        self.server.channel_class = self.clients.admit  # type: ignore[assignment]  # called as a class would be
        self._next_look = 0.0

    def run(self, stopped: Event) -> None:
        """Serve until `stopped` is set; then running requests get three seconds to finish.

        Raises ListenerLost when waitress has closed the listening socket: nobody could be answered any more.
        """
        self._read_here()
        waker = Thread(target=self._wake_when, args=(stopped,), name="server-stop", daemon=True)
        waker.start()
        while not stopped.is_set():
            self._turn_over(LOOP_SECONDS)
            if not self.server.accepting:
                raise ListenerLost
        waker.join()
        self._finish(stopped)

    def _read_here(self) -> None:
        """Make this thread the one that reads: it wakes for others, and not for itself."""
        self.lanes.reader = reader = get_ident()
        wake = self.server.pull_trigger
        self.server.pull_trigger = lambda: None if get_ident() == reader else wake()  # type: ignore[method-assign]

    def _wake_when(self, stopped: Event) -> None:
        stopped.wait()
        self.server.pull_trigger()

    def _finish(self, stopped: Event) -> None:
        self.server.accepting = False
        began = monotonic()
        while self.clients.count:
            hurries = getattr(stopped, "hurries", True)
            ends_at = began + (SECONDS_TO_FINISH_REQUESTS if hurries else SECONDS_TO_LEAVE)
            for connection in self.clients.all():
                connection.is_last = True
                if monotonic() >= ends_at or _may_close(connection, began, hurries=hurries):
                    connection.handle_close()
            self._turn_over(0.05)

    def _turn_over(self, seconds: float) -> None:
        wasyncore.loop(timeout=self.lanes.seconds_to_look(seconds), use_poll=True, map=self.map, count=1)
        for connection in self.lanes.take_read():
            self._answer_or_begin(connection)
        self.lanes.look()
        now = monotonic()
        if now >= self._next_look:
            self._next_look = now + LOOP_SECONDS
            self.clients.close_overdue(now)
            self._spare_memory(self.clients.close_largest())

    def _answer_or_begin(self, connection: Connection) -> None:
        try:
            if not connection.answer_kept(self.find_kept):
                self.lanes.begin(connection)
        except Exception:
            # Of one client, and this thread serves all.
            logger.exception("server: closing a connection that could not be answered")
            connection.abort()

    def _spare_memory(self, held_bytes: int) -> None:
        limit = ANSWER_IN_MEMORY_BYTES if held_bytes <= MAX_HELD_IN_MEMORY_BYTES else BODY_IN_MEMORY_BYTES
        if limit != self.server.adj.outbuf_overflow:
            self.server.adj.outbuf_overflow = limit
            for connection in self.clients.all():
                connection.spool_above(limit)


def _may_close(connection: Connection, began: float, *, hurries: bool) -> bool:
    """Say whether nothing is lost with a connection, at the end of the server that `began` at that reading."""
    if hurries:
        return not connection.is_answering
    unused_seconds = monotonic() - max(began, connection.waits_since)
    return connection.is_unused and unused_seconds >= UNUSED_SECONDS_TO_LEAVE


def serve_http(stopped: Event, *, application: str, listener: socket.socket) -> None:
    """Serve the WSGI application at the dotted path `application`: what a server process does."""
    # Its warnings of a queue would be a line for each request under load.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    return_free_memory()
    proxies = Networks(settings.TRUSTED_PROXIES)
    server = HttpServer(import_string(application), listener, proxies=proxies, find_kept=answer_at_once)
    Thread(target=warm_up, args=(stopped,), name="warm-up", daemon=True).start()
    server.run(stopped)


def without_body_of_head(application: WSGIApplication) -> WSGIApplication:
    """Answer HEAD without a body, which waitress would send and the client take for the next answer."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        if hasattr(body, "close"):
            body.close()
        return []

    return answer


def allow_open_files() -> int:
    """Raise this process's limit of open files to what it may be, and return it."""
    if sys.platform == "win32":
        return MAX_CONNECTIONS_ON_WINDOWS * FILES_PER_CONNECTION + FILES_FOR_THE_REST
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS * FILES_PER_CONNECTION + FILES_FOR_THE_REST
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        return allowed
    return wanted if soft == resource.RLIM_INFINITY else soft


def connection_limit(open_files: int) -> int:
    """Return how many connections fit into a limit of open files, and say so where they are few."""
    room = (open_files - FILES_FOR_THE_REST) // FILES_PER_CONNECTION
    if room < MIN_CONNECTIONS:
        logger.warning("server: at most %s files may be open here (ulimit -n); 1024 or more are better", open_files)
    most = MAX_CONNECTIONS_ON_WINDOWS if sys.platform == "win32" else MAX_CONNECTIONS
    return min(most, max(MIN_CONNECTIONS, room))
