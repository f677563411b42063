"""The library's HTTP server in a thread, around a small application, and plain sockets to speak to it."""

import socket
from collections.abc import Iterable
from threading import Event, Thread
from typing import Any, Self
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from assemblies.management.server.connection import FindKept
from assemblies.management.server.http_server import HttpServer
from assemblies.management.server.listening import listen
from devmode.addresses import Networks
from tests.patience import HANG_SECONDS


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the method, the path, the client's address and the size of the body."""
    size = len(environ["wsgi.input"].read())
    facts = (environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["REMOTE_ADDR"], size)
    body = " ".join(map(str, facts)).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


class ServerThread:
    """Serves while its `with` block runs."""

    def __init__(
        self,
        application: WSGIApplication = echo,
        *,
        host: str = "127.0.0.1",
        proxies: Iterable[str] = (),
        find_kept: FindKept = lambda _environ: None,
    ) -> None:
        self.listener = listen(host, 0)
        self.port = int(self.listener.getsockname()[1])
        self.http = HttpServer(application, self.listener, proxies=Networks(proxies), find_kept=find_kept)
        self.stopped = Event()
        self.thread = Thread(target=self.http.run, args=(self.stopped,), daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopped.set()
        self.thread.join(HANG_SECONDS)
        for lane in (self.http.lanes.quick, self.http.lanes):
            lane.shutdown(timeout=int(HANG_SECONDS))
        self.http.server.close()

    def connect(self, source: str = "127.0.0.1", *, host: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection((host, self.port), HANG_SECONDS, (source, 0) if ":" not in host else None)

    def say(self, text: bytes, source: str = "127.0.0.1") -> bytes:
        """Return all that is answered until the server closes the connection."""
        with self.connect(source) as client:
            client.sendall(text)
            return heard(client)


def heard(client: socket.socket) -> bytes:
    """Return what comes until the connection ends."""
    parts = []
    try:
        while part := client.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def is_closed(client: socket.socket, *, seconds: float) -> bool:
    """Whether the server closes the connection within that time, saying nothing."""
    client.settimeout(seconds)
    try:
        return client.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def get(path: str = "/", *, host: str = "x", **headers: Any) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()
