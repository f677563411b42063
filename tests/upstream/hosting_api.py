"""A hosting API of our own on the loopback interface: what it answers is set, what it was sent is kept."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

ONE, TWO = "1" * 40, "2" * 40
GOOD_TOKEN = "ghp_" + "a" * 32 + "wxyz"


class HostingApi:
    """`sha` is the head of every branch, `status` what it answers with instead of 200, `requests` what came."""

    def __init__(self) -> None:
        self.sha, self.status, self.headers = ONE, 200, dict[str, str]()
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.address = ""

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        self.requests.append((path, headers))
        if self.status != 200:
            return self.status, self.headers, None
        if path == "/rate_limit":
            is_known = headers.get("authorization") == f"Bearer {GOOD_TOKEN}"
            return (200, {}, {"rate": {"limit": 5000, "remaining": 4999, "reset": 0}}) if is_known else (401, {}, None)
        tag = f'"{self.sha}"'
        if headers.get("if-none-match") == tag:
            return 304, {"ETag": tag}, None
        return 200, {"ETag": tag}, {"name": "main", "commit": {"sha": self.sha}}


@contextmanager
def serving() -> Iterator[HostingApi]:
    api = HostingApi()

    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, content = api.answer(
                self.path, {name.lower(): value for name, value in self.headers.items()}
            )
            body = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            """Tests read `requests`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    api.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
