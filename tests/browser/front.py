"""One origin in front of two servers, as a proxy makes it: the stream of events at one, all else at the other."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

STREAM = b"/api/events/stream"


@contextmanager
def front_of(pages: int, realtime: int) -> Iterator[str]:
    """Yield the address of a proxy to two ports of this machine. It passes bytes on as they come."""
    listening = socket.create_server(("127.0.0.1", 0))
    Thread(target=_accept, args=(listening, pages, realtime), daemon=True).start()
    try:
        yield f"http://localhost:{listening.getsockname()[1]}"
    finally:
        listening.close()


def _accept(listening: socket.socket, pages: int, realtime: int) -> None:
    with suppress(OSError):
        while True:
            client, _address = listening.accept()
            Thread(target=_serve, args=(client, pages, realtime), daemon=True).start()


def _serve(client: socket.socket, pages: int, realtime: int) -> None:
    """Serve one request: what is kept alive could go to the other server next."""
    with suppress(OSError), client:
        head = _head(client)
        if not head:
            return
        port = realtime if STREAM in head.partition(b"\r\n")[0] else pages
        with socket.create_connection(("127.0.0.1", port)) as server:
            server.sendall(head.replace(b"Connection: keep-alive", b"Connection: close"))
            Thread(target=_pass, args=(client, server), daemon=True).start()
            _pass(server, client)


def _head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        if not (part := client.recv(65536)):
            return b""
        head += part
    return head


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
