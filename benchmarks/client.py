"""A client that takes little: what is measured is the server, and both run on the same processors.

A library's client takes as much of one as an answer does, and eight of them in threads more than any server here.
"""

import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from selectors import EVENT_READ, DefaultSelector
from types import MappingProxyType
from typing import Any

TIMEOUT_SECONDS = 60
NO_HEADERS: Mapping[str, str] = MappingProxyType({})
HEAD_BYTES = 64 * 1024


class Client:
    """One connection that is kept, by which one request after another is sent."""

    def __init__(self, port: int, token: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        self.token = token
        self.content: bytes | bytearray = b""
        self.etag = ""

    def ask(self, path: str, body: Any = None, *, headers: Mapping[str, str] = NO_HEADERS) -> float:
        """Return the seconds that an answer took, which `content` and `etag` are of then."""
        text = self.text_of(path, body, headers)
        started = time.perf_counter()
        self.socket.sendall(text)
        self.receive()
        return time.perf_counter() - started

    def read(self, path: str) -> bytes:
        self.ask(path)
        return bytes(self.content)

    def text_of(self, path: str, body: Any = None, headers: Mapping[str, str] = NO_HEADERS) -> bytes:
        """Return a request as it is sent."""
        content = b"" if body is None else json.dumps(body).encode()
        said = {"Host": "127.0.0.1", "Authorization": f"Token {self.token}", **headers}
        if body is not None:
            said |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
        lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", *map(": ".join, said.items()), "", ""]
        return "\r\n".join(lines).encode() + content

    def receive(self) -> None:
        """Read one answer. Raises RuntimeError when it is none that was hoped for."""
        begun = self.socket.recv(HEAD_BYTES)
        while b"\r\n\r\n" not in begun:
            begun += self._more(self.socket.recv(HEAD_BYTES))
        head, _, rest = begun.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        said = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines)}
        size = 0 if status.startswith("HTTP/1.1 304") else int(said["content-length"])
        content = bytearray(size)
        content[: len(rest)] = rest
        view, filled = memoryview(content), len(rest)
        while filled < size:
            filled += self._more(self.socket.recv_into(view[filled:]))
        self.content, self.etag = content, said.get("etag", "")
        if status.split()[1] not in {"200", "201", "202", "304"}:
            raise RuntimeError(f"{status}: {self.content[:200]!r}")

    @staticmethod
    def _more(received: Any) -> Any:
        if not received:
            raise RuntimeError("the server closed the connection")
        return received


def seconds_each(clients: Sequence[Client], requests: Sequence[tuple[str, Any]]) -> float:
    """Return the seconds for each of these requests, which the clients send at once, one after another each."""
    texts: Iterator[bytes] = iter([clients[0].text_of(path, body) for path, body in requests])
    with DefaultSelector() as selector:
        started = time.perf_counter()
        for client, text in zip(clients, texts, strict=False):
            selector.register(client.socket, EVENT_READ, client)
            client.socket.sendall(text)
        while selector.get_map():
            answered = selector.select(TIMEOUT_SECONDS)
            if not answered:
                raise RuntimeError("no answer came")
            for key, _events in answered:
                key.data.receive()
                if text := next(texts, b""):
                    key.data.socket.sendall(text)
                else:
                    selector.unregister(key.fileobj)
        return (time.perf_counter() - started) / len(requests)
