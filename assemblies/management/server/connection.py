"""One client's connection: what it keeps here, and how long it may take.

Requests are read and answers are sent by the one thread that runs the loop, so the pace of a client holds no thread
that answers requests. The loop's thread alone opens, judges and closes connections.
"""

import logging
import socket
import struct
import sys
from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from time import monotonic
from typing import Any

from django.conf import settings
from waitress.adjustments import Adjustments
from waitress.buffers import OverflowableBuffer, ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import WSGITask

from assemblies.management.server.request import RefusedRequest, Request
from assemblies.web.replay import KeptAnswer

logger = logging.getLogger(f"borealis.engine.{__name__}")
# Browsers open connections in advance, which say nothing until they are used.
FIRST_BYTE_SECONDS = 15
# Longer than proxies keep a connection unused, or they would send a request into one that is being closed.
UNUSED_SECONDS = 75
# A request on its way in, or an answer on its way out, moves this much in this time, or it is given up.
STALL_SECONDS = 30
STALL_BYTES = 30 * 1024
# Where /health is answered, with and without the final slash.
QUICK_PATHS = {"/health", "/health/"}
# Less is copied as quickly.
SHARED_BYTES = 64 * 1024
FindKept = Callable[[dict[str, Any]], KeptAnswer | None]
RESET_AT_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Answering(WSGITask):
    """Answers one request, with the answer that was found for it or else by the application.

    waitress closes the connection after each 304 and 204, as after what has no length: but what has no body needs none,
    and a client that asks whether something is new would open a connection each time.
    """

    def execute(self) -> None:
        kept: KeptAnswer | None = self.request.kept  # type: ignore[attr-defined]  # the stubs have an Error
        if kept is None:
            super().execute()
            return
        self.status = f"{kept.status} {HTTPStatus(kept.status).phrase}"
        self.response_headers = list(kept.headers.items())
        body = kept.body
        self.content_length = len(body) if self.has_body else None
        self.complete = True
        self.write(body)

    def set_close_on_finish(self) -> None:
        headers: dict[str, str] = self.request.headers  # type: ignore[attr-defined]  # the stubs have an Error
        if self.has_body or self.version == "1.0" or headers.get("CONNECTION", "").lower() == "close":
            super().set_close_on_finish()


class Connection(HTTPChannel):
    """A connection that knows whether it makes progress; `on_close` is called once, when it is closed."""

    parser_class = Request
    task_class = Answering
    error_task_class = RefusedRequest
    requests: list[Any]
    outbufs: list[Any]

    def __init__(
        self,
        server: BaseWSGIServer,
        sock: socket.socket,
        address: Any,
        adjustments: Adjustments,
        map: Any,  # noqa: A002  # waitress names it
        *,
        network: str,
        on_close: Callable[["Connection"], object],
    ) -> None:
        super().__init__(server, sock, address, adjustments, map=map)
        # Whose it is: what shares the turns of one client.
        self.network = network
        self.on_close = on_close
        self.moved_bytes = 0
        # Set when the server ends: the next answer is the last one here, and says so.
        self.is_last = False
        self._moved_before = 0
        self._phase_before = self._phase
        self._since = monotonic()

    def service(self) -> None:
        if self.is_last and self.requests:
            self.requests[0].headers["CONNECTION"] = "close"
        super().service()

    def answer_kept(self, find: FindKept) -> bool:
        """Answer the request at the head with what `find` returns for it, and say whether it returned anything."""
        request = self.requests[0]
        if request.error is None and request.command == "GET" and "AUTHORIZATION" in request.headers:
            try:
                request.kept = find(Answering(self, request).get_environment())
            except Exception:
                # This thread serves everybody. The application meets it again, and answers for one.
                logger.exception("server: no kept answer could be looked for")
        if request.kept is None:
            return False
        self.service()
        return True

    def recv(self, buffer_size: int) -> bytes:
        data = super().recv(buffer_size)
        self.moved_bytes += len(data)
        return data

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent = super().send(data, do_close=do_close)
        self.moved_bytes += sent
        return sent

    def write_soon(self, data: Any) -> int:
        """Send `data` or keep it until it can be sent. What is large and stays in memory is kept as it is: by others,
        too, who are given the same."""
        if isinstance(data, bytes) and SHARED_BYTES <= len(data) < self.adj.outbuf_overflow:
            data = ReadOnlyFileBasedBuffer(BytesIO(data))
            data.prepare()
        return int(super().write_soon(data))

    def del_channel(self, map: Any = None) -> None:  # noqa: A002  # waitress names it
        super().del_channel(map)
        self.on_close(self)

    @property
    def is_quick(self) -> bool:
        """Whether the request at the head asks nothing of a database."""
        path: str = getattr(self.requests[0], "path", "") if self.requests else ""
        return path.removeprefix(settings.URL_PREFIX) in QUICK_PATHS

    @property
    def is_answering(self) -> bool:
        """Whether a request has come whole, and its answer has not left whole."""
        return bool(self.requests or self.total_outbufs_len)

    @property
    def is_unused(self) -> bool:
        """Whether it may be closed without a loss: no request is on its way, in or out."""
        return not self.is_answering and self.request is None

    @property
    def waits_since(self) -> float:
        """Since when nothing has moved, by the monotonic clock, as far as `is_overdue` has seen."""
        return self._since

    @property
    def held_bytes(self) -> int:
        """Bytes kept for this client, in memory or in temporary files: bodies that came, answers that did not leave."""
        requests = [*self.requests, self.request] if self.request else self.requests
        bodies = sum(len(request.body_rcv) for request in requests if request.body_rcv is not None)
        return self.total_outbufs_len + bodies

    @property
    def _phase(self) -> tuple[bool, bool, bool]:
        return bool(self.requests), bool(self.total_outbufs_len), self.request is None

    def is_overdue(self, now: float) -> bool:
        """Whether its time is over; to be called about once a second with the monotonic clock."""
        is_working = bool(self.requests) and not self.total_outbufs_len
        has_moved = self.moved_bytes - self._moved_before >= STALL_BYTES
        if is_working or has_moved or self._phase != self._phase_before:
            self._moved_before, self._phase_before, self._since = self.moved_bytes, self._phase, now
        return now - self._since > self._patience_seconds()

    def _patience_seconds(self) -> int:
        if not self.moved_bytes:
            return FIRST_BYTE_SECONDS
        return UNUSED_SECONDS if self.is_unused else STALL_SECONDS

    def spool_above(self, size_bytes: int) -> None:
        """Keep responses above this size in temporary files, those that are being written in parts included."""
        for buffer in list(self.outbufs):
            if isinstance(buffer, OverflowableBuffer):
                buffer.overflow = size_bytes

    def abort(self) -> None:
        """Close at once, and let the kernel drop what it still holds for the client."""
        if self.socket is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        self.handle_close()
